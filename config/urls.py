"""Every address of the product: each room brings its own, `config` only joins them."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import measured, views

# What is asked most first: Django looks through them in turn. /integrationer/api/ is not a system's page.
ROOMS = ["tasks", "web", "people", "workflows", "api", "integrations", "audit", "disposal", "workbench", "followup"]
ROOMS += ["plan"]
ROOMS += ["practice"] if settings.FORLOPP_PRACTICE else []

urlpatterns: list[URLPattern | URLResolver] = [
    path("halsa", views.health, name="halsa"),
    path("halsa/lever", views.live, name="halsa_lever"),
    path("halsa/redo", views.ready, name="halsa_redo"),
    path("metrics", measured.show, name="metrics"),
    path("", include("people.signin.urls")),
    *(path("", include(f"{room}.urls")) for room in ROOMS if find_spec(f"{room}.urls")),
]

handler400 = views.bad
handler500 = views.failed
