"""The addresses of practice mode beside those of the product, as an installation in that mode has them."""

from django.urls import include, path

from config.urls import handler500, urlpatterns  # noqa: F401 - Django looks them up here

urlpatterns = [*urlpatterns, path("", include("practice.urls"))]
