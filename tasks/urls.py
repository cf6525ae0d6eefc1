"""Addresses of the inbox, the persons and starting a förlopp; only opaque ids in them."""

from django.urls import path

from tasks import amending_urls as amending
from tasks import file_urls as file
from tasks import handing_urls as handing
from tasks import notice_urls as told
from tasks import person_urls as about
from tasks import unit_urls as unit
from tasks.views import (
    areas,
    comments,
    drafts,
    inbox,
    not_done,
    persons,
    previews,
    saved,
    shortcuts,
    signing,
    start,
    task,
)

app_name = "tasks"
urlpatterns = [
    path("", inbox.home, name="home"),
    path("uppgifter/", inbox.inbox, name="inbox"),
    path("uppgifter/lista/", inbox.listing, name="list"),
    path("uppgifter/sok/", inbox.search, name="search"),
    path("uppgifter/urval/", saved.saved, name="saved"),
    path("uppgifter/urval/allt/", saved.start_with_all, name="start_with_all"),
    path("uppgifter/urval/<uuid:public_id>/", saved.change, name="saved_change"),
    path("uppgifter/<uuid:public_id>/", task.task, name="task"),
    path("uppgifter/<uuid:public_id>/ta/", task.take, name="take"),
    path("uppgifter/<uuid:public_id>/lamna/", task.release, name="release"),
    path("uppgifter/<uuid:public_id>/kunde-inte/", not_done.could_not, name="could_not"),
    path("uppgifter/<uuid:public_id>/ej-aktuell/", not_done.not_needed, name="not_needed"),
    path("uppgifter/<uuid:public_id>/underskrift/ta-tillbaka/", signing.withdraw, name="withdraw_signature"),
    path("uppgifter/<uuid:public_id>/utkast/ta-over/", drafts.take_over, name="take_over_draft"),
    path("uppgifter/<uuid:public_id>/utkast/slang/", drafts.discard, name="discard_draft"),
    path("uppgifter/<uuid:public_id>/anteckningar/", comments.add, name="comment"),
    path("uppgifter/<uuid:public_id>/anteckningar/ta-bort/", comments.withdraw, name="withdraw_comment"),
    *unit.urlpatterns,
    *amending.urlpatterns,
    *file.urlpatterns,
    *handing.urlpatterns,
    path("personer/", persons.persons, name="persons"),
    *about.urlpatterns,
    path("personer/<uuid:ref>/omrade/", areas.area, name="area"),
    *told.urlpatterns,
    path("kortkommandon/", shortcuts.shortcuts, name="shortcuts"),
    path("formular/", previews.forlopp, name="forms"),
    path("formular/<slug:key>/<path:name>/", previews.preview, name="form"),
    path("arenden/starta/", start.start, name="start"),
    path("arenden/starta/<slug:key>/<uuid:ref>/", start.start_form, name="start_form"),
]
