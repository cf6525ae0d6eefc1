"""The addresses of signing in that django-allauth knows by names of its own; no others of its are ours."""

from django.urls import path

from people import views
from people.signin import account, factors

urlpatterns = [
    path("logga-in/", views.LogIn.as_view(), name="account_login"),
    path("logga-in/kod/", factors.Authenticate.as_view(), name="mfa_authenticate"),
    path("logga-in/nyckel/", factors.KeyLogin.as_view(), name="mfa_login_webauthn"),
    path("logga-in/andra-steget/", factors.Enrol.as_view(), name="mfa_enrol"),
    path("inloggning/", account.index, name="mfa_index"),
]
