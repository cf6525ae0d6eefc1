"""The addresses of signing in that django-allauth knows by names of its own; no others of its are ours."""

from django.urls import path
from django.views.generic import RedirectView

from people.signin import account, factors, views

urlpatterns = [
    path("logga-in/till/", RedirectView.as_view(pattern_name="people:login"), name="account_login"),
    path("logga-in/kod/", factors.Authenticate.as_view(), name="mfa_authenticate"),
    path("logga-in/nyckel/", factors.KeyLogin.as_view(), name="mfa_login_webauthn"),
    path("logga-in/andra-steget/", factors.Enrol.as_view(), name="mfa_enrol"),
    path("logga-in/saml/<slug:organization_slug>/svar/", views.posted, name="saml_acs"),
    path("logga-in/saml/<slug:organization_slug>/klar/", views.finish, name="saml_finish_acs"),
    path("logga-in/saml/<slug:organization_slug>/metadata/", views.about_us, name="saml_metadata"),
    path("inloggning/", account.index, name="mfa_index"),
]
