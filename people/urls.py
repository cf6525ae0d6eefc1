"""Addresses of the room."""

from django.urls import path

from people import views
from people.signin import views as signin

app_name = "people"
urlpatterns = [
    path("logga-in/", views.LogIn.as_view(), name="login"),
    path("logga-in/med/<slug:provider>/", signin.begin, name="begin"),
    path("logga-in/med/<slug:provider>/svar/", signin.answer, name="answer"),
    path("uppdrag/", signin.commission, name="commission"),
    path("logga-ut/", views.LogOut.as_view(), name="logout"),
    path("demo/", views.demo, name="demo"),
]
