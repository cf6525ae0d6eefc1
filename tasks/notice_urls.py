"""Addresses of notices: what one wants to be told of, and the devices that are told."""

from django.urls import path

from tasks.views import devices, notices

urlpatterns = [
    path("notiser/", notices.notices, name="notices"),
    # Here, so that its scope is this page and no other.
    path("notiser/mottagare.js", devices.worker, name="push_worker"),
    path("notiser/webblasare/", devices.add, name="add_device"),
    path("notiser/webblasare/byt/", devices.renew, name="renew_device"),
    path("notiser/webblasare/<uuid:public_id>/ta-bort/", devices.remove, name="remove_device"),
]
