"""Addresses of the API. What is not there is answered as an API answers, not with a page."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from api import house

app_name = "api"
urlpatterns = [
    path("api/v1/", house.v1.urls),
    path("api/steps", csrf_exempt(house.steps), name="steps"),
    re_path("^api/", csrf_exempt(house.missing), name="missing"),
]
