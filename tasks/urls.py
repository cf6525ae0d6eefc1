"""Addresses of the inbox, the persons and starting a förlopp; only opaque ids in them."""

from django.urls import path

from tasks.views import inbox, persons, start, task

app_name = "tasks"
urlpatterns = [
    path("", inbox.home, name="home"),
    path("uppgifter/", inbox.inbox, name="inbox"),
    path("uppgifter/lista/", inbox.listing, name="list"),
    path("uppgifter/<uuid:public_id>/", task.task, name="task"),
    path("uppgifter/<uuid:public_id>/ta/", task.take, name="take"),
    path("uppgifter/<uuid:public_id>/lamna/", task.release, name="release"),
    path("personer/", persons.persons, name="persons"),
    path("personer/<uuid:ref>/", persons.person, name="person"),
    path("arenden/starta/", start.start, name="start"),
    path("arenden/starta/<slug:key>/<uuid:ref>/", start.start_form, name="start_form"),
]
