"""Addresses that other systems call."""

from django.urls import path

from integrations.medicingivare import views as medicingivare

app_name = "integrations"

urlpatterns = [
    path("integrationer/medicingivare/handelser", medicingivare.receive, name="medicingivare_handelser"),
]
