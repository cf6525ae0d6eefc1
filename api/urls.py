"""Addresses of the API, whose missing ones are answered as an API answers, and of the pages where IT looks after it."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from api import house
from api.fhir import views as fhir
from api.fhir.resources import SEARCHED
from api.pages import clients, subscriptions
from api.scim import views as scim

app_name = "api"
urlpatterns = [
    path("api/v1/", house.v1.urls),
    path("api/steps", csrf_exempt(house.steps), name="steps"),
    path("api/fhir/metadata", csrf_exempt(fhir.metadata), name="fhir-metadata"),
    path("api/fhir/$process-message", csrf_exempt(fhir.process_message), name="fhir-message"),
    path("api/fhir/Patient/<uuid:ref>/$everything", csrf_exempt(fhir.everything), name="fhir-everything"),
    *(
        one
        for kind in SEARCHED
        for one in (
            path(f"api/fhir/{kind}", csrf_exempt(fhir.search), {"kind": kind}, name=f"fhir-{kind}"),
            path(f"api/fhir/{kind}/_search", csrf_exempt(fhir.search_posted), {"kind": kind}),
            path(f"api/fhir/{kind}/<uuid:public_id>", csrf_exempt(fhir.read), {"kind": kind}),
        )
    ),
    path("scim/v2/Users", csrf_exempt(scim.users), name="scim_users"),
    path("scim/v2/Users/<uuid:key>", csrf_exempt(scim.user), name="scim_user"),
    path("scim/v2/Groups", csrf_exempt(scim.all_groups), name="scim_groups"),
    path("scim/v2/Groups/<uuid:key>", csrf_exempt(scim.group), name="scim_group"),
    path("scim/v2/ServiceProviderConfig", csrf_exempt(scim.about), name="scim_about"),
    re_path("^scim/", csrf_exempt(scim.missing)),
    path("integrationer/api/", clients.index, name="clients"),
    path("integrationer/api/ny/", clients.new, name="client_new"),
    path("integrationer/api/klient/<slug:key>/", clients.one, name="client"),
    path("integrationer/api/klient/<slug:key>/andra/", clients.change, name="client_change"),
    path("integrationer/api/klient/<slug:key>/prenumerera/", subscriptions.new, name="subscribe"),
    path("integrationer/api/prenumeration/<uuid:public_id>/", subscriptions.one, name="subscription"),
    re_path("^api/fhir/", csrf_exempt(fhir.missing)),
    re_path("^api/", csrf_exempt(house.missing), name="missing"),
]
