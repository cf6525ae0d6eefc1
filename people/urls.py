"""Addresses of the room."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("logga-in/", views.LogIn.as_view(), name="login"),
    path("logga-ut/", LogoutView.as_view(), name="logout"),
    path("demo/", views.demo, name="demo"),
]
