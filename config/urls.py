"""The table of contents of the addresses."""

from django.urls import URLPattern, path

from hospital.views import healthz

urlpatterns: list[URLPattern] = [
    path("healthz", healthz, name="health"),
]
