"""Lets people answer: the inbox."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"
