"""Addresses of practice mode; they exist only there."""

from django.urls import path

from practice import views

app_name = "practice"
urlpatterns = [
    path("ovning/", views.exercises_page, name="exercises"),
    path("ovning/borja/<str:key>/", views.begin, name="begin"),
    path("ovning/klocka/", views.clock_page, name="clock"),
    path("ovning/borja-om/", views.begin_again, name="begin_again"),
]
