"""Addresses of what goes with a task: its files, and itself as paper."""

from django.urls import path

from tasks.views import files, paper

urlpatterns = [
    path("uppgifter/<uuid:public_id>/pdf/", paper.task, name="task_pdf"),
    path("arenden/<uuid:public_id>/pdf/", paper.instance, name="instance_pdf"),
    path("uppgifter/<uuid:public_id>/filer/", files.of_task, name="files"),
    path("uppgifter/<uuid:public_id>/filer/ta-bort/", files.withdraw, name="withdraw_file"),
]
