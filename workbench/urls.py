"""Addresses of the workbench; names of files are part of them, and no names of people."""

from django.urls import path

from workbench.views import diagram, drafts, files, first_hour, forms, publishing, reviewing, tables, trying, words

app_name = "workbench"
urlpatterns = [
    path("verkstad/", drafts.index, name="index"),
    path("verkstad/ny/", drafts.new, name="new"),
    path("verkstad/las-in/", drafts.upload, name="upload"),
    path("verkstad/fran/<slug:key>/<int:number>/", drafts.from_version, name="from_version"),
    path("verkstad/galla/<slug:key>/<int:number>/", publishing.apply, name="apply"),
    path("verkstad/tillbaka/<slug:key>/<int:number>/", publishing.take_back, name="take_back"),
    path("verkstad/forsta-timmen/", first_hour.begin, name="first_hour_begin"),
    path("verkstad/<uuid:ref>/", drafts.draft, name="draft"),
    path("verkstad/<uuid:ref>/forsta-timmen/", first_hour.page, name="first_hour"),
    path("verkstad/<uuid:ref>/forsta-timmen/undan/", first_hour.put_away, name="first_hour_away"),
    path("verkstad/<uuid:ref>/undan/", drafts.discard, name="discard"),
    path("verkstad/<uuid:ref>/granska/", reviewing.review, name="review"),
    path("verkstad/<uuid:ref>/granska/svara/", reviewing.answer, name="answer"),
    path("verkstad/<uuid:ref>/granska/tid/", publishing.plan, name="plan"),
    path("verkstad/<uuid:ref>/synpunkt/", reviewing.remark, name="remark"),
    path("verkstad/<uuid:ref>/prova/", trying.trial, name="trial"),
    path("verkstad/<uuid:ref>/prova/gor/", trying.act, name="trial_act"),
    path("verkstad/<uuid:ref>/prova/svara/<str:element>/", trying.answer, name="trial_answer"),
    path("verkstad/<uuid:ref>/scenarier/", trying.coverage, name="coverage"),
    path("verkstad/<uuid:ref>/paket.zip", drafts.package, name="package"),
    path("verkstad/<uuid:ref>/kontroll", files.findings, name="findings"),
    path("verkstad/<uuid:ref>/kunskap", files.choices, name="choices"),
    path("verkstad/<uuid:ref>/ny-fil/", files.add, name="add"),
    path("verkstad/<uuid:ref>/ta-bort/<path:name>", files.remove, name="remove"),
    path("verkstad/<uuid:ref>/vid-sidan/<int:number>/", files.aside, name="aside"),
    path("verkstad/<uuid:ref>/text/<path:name>", files.text, name="text"),
    path("verkstad/<uuid:ref>/diagram/<path:name>", diagram.page, name="diagram"),
    path("verkstad/<uuid:ref>/ord/<path:name>", words.page, name="words"),
    path("verkstad/<uuid:ref>/tider", diagram.times, name="times"),
    path("verkstad/<uuid:ref>/kant", diagram.known, name="known"),
    path("verkstad/<uuid:ref>/nytt-formular/", forms.new, name="new_form"),
    path("verkstad/<uuid:ref>/formular/<path:name>", forms.form, name="form"),
    path("verkstad/<uuid:ref>/formularvisning/<path:name>", forms.preview, name="form_preview"),
    path("verkstad/<uuid:ref>/ny-tabell/", tables.new, name="new_table"),
    path("verkstad/<uuid:ref>/tabell/<path:name>", tables.table, name="table"),
    path("verkstad/<uuid:ref>/fil/<path:name>", files.file, name="file"),
]
