"""Addresses that other systems call."""

from django.urls import path

from integrations.medicingivare import views as medicingivare
from integrations.region.soap import views as region

app_name = "integrations"

urlpatterns = [
    path("integrationer/region/soap", region.receive, name="region_soap"),
    path("integrationer/medicingivare/handelser", medicingivare.receive, name="medicingivare_handelser"),
]
