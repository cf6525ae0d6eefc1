"""Addresses that belong to no room: the municipality's looks, the accessibility statement and the components."""

from django.urls import path

from web import views

app_name = "web"
urlpatterns = [
    path("kommun.css", views.style, name="style"),
    path("kommun/logotyp", views.logo, name="logo"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("komponenter/", views.component_page, name="components"),
]
