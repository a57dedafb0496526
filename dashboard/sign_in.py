"""The doors in and out."""

from django.contrib.auth.views import LoginView, LogoutView

from hospital.access import Permission, allow

sign_in = allow(Permission.PUBLIC)(
    LoginView.as_view(template_name="signin/sign_in.html", redirect_authenticated_user=True)
)
# Public, so that a session that has just run out still ends at the sign-in page.
sign_out = allow(Permission.PUBLIC)(LogoutView.as_view())
