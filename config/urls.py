"""The table of contents of the addresses."""

from django.urls import URLPattern, path

from dashboard import mention_views, sign_in, stream, wall_views
from hospital.views import healthz

urlpatterns: list[URLPattern] = [
    # The wall
    path("", wall_views.wall, name="wall"),
    path("wall/status/", wall_views.status, name="wall-status"),
    path("wall/older/<slug:column>/", wall_views.older, name="wall-older"),
    path("wall/stream/", stream.stream, name="wall-stream"),
    # Mentions
    path("mentions/<int:pk>/", mention_views.detail, name="mention-detail"),
    # People
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    # Health
    path("healthz", healthz, name="health"),
]
