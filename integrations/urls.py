"""Addresses that other systems call, and the pages where IT looks after them; only opaque ids in them."""

from django.urls import path

from integrations.batches import views as batches
from integrations.ekonomi import views as ekonomi
from integrations.kolada import views as kolada
from integrations.medicingivare import views as medicingivare
from integrations.notis import pages as notis_pages
from integrations.notis import views as notis
from integrations.pages import incoming, outgoing, replays, systems
from integrations.region.soap import views as region
from integrations.sdk import views as sdk
from integrations.socialstyrelsen import views as socialstyrelsen

app_name = "integrations"

urlpatterns = [
    path("integrationer/region/soap", region.receive, name="region_soap"),
    path("integrationer/medicingivare/handelser", medicingivare.receive, name="medicingivare_handelser"),
    path("integrationer/medicingivare/<slug:dialect>/handelser", medicingivare.receive, name="medicingivare_dialekt"),
    path("integrationer/notis/rapport/<uuid:key>", notis.report, name="notis_report"),
    path("integrationer/notis/svar", notis.reply, name="notis_reply"),
    path("integrationer/notis/meddelanden/", notis_pages.messages, name="notis_messages"),
    path("integrationer/notis/meddelanden/<uuid:key>/", notis_pages.message, name="notis_message"),
    path("integrationer/", systems.index, name="index"),
    path("integrationer/meddelande/<uuid:public_id>/", incoming.one, name="message"),
    path("integrationer/anrop/<uuid:key>/", outgoing.one, name="call"),
    path("integrationer/omkorning/<uuid:public_id>/", replays.one, name="replay"),
    path("integrationer/<slug:key>/", systems.system, name="system"),
    path("integrationer/<slug:key>/in/", incoming.listing, name="incoming"),
    path("integrationer/<slug:key>/ut/", outgoing.listing, name="outgoing"),
    path("integrationer/<slug:key>/pausa/", systems.pause, name="pause"),
    path("integrationer/<slug:key>/kor-om/", replays.new, name="replay_new"),
    path("integrationer/ekonomi/fakturor/", ekonomi.runs, name="invoice_runs"),
    path("integrationer/ekonomi/fakturor/<uuid:public_id>/", ekonomi.run, name="invoice_run"),
    path("integrationer/socialstyrelsen/statistik/", socialstyrelsen.months, name="statistics_months"),
    path("integrationer/socialstyrelsen/statistik/<uuid:public_id>/", socialstyrelsen.month, name="statistics_month"),
    path("nyckeltal/", kolada.key_figures, name="key_figures"),
    path("integrationer/sdk/post/", sdk.listing, name="sdk_messages"),
    path("integrationer/sdk/post/<uuid:message_id>/", sdk.one, name="sdk_message"),
    path("integrationer/sdk/post/<uuid:message_id>/filer/<uuid:public_id>/", sdk.file, name="sdk_file"),
    path("integrationer/<slug:system>/filer/", batches.batches, name="batches"),
    path("integrationer/<slug:system>/filer/<uuid:public_id>/", batches.batch, name="batch"),
    path("integrationer/<slug:system>/filer/<uuid:public_id>/rapport.csv", batches.report_file, name="batch_report"),
]
