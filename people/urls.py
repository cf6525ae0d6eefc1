"""Addresses of the room."""

from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("logga-in/", views.LogIn.as_view(), name="login"),
    path("logga-ut/", views.LogOut.as_view(), name="logout"),
    path("demo/", views.demo, name="demo"),
]
