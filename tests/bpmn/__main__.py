"""Writes docs/bpmn.md: `python -m tests.bpmn`."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

if __name__ == "__main__":
    from tests.bpmn import table

    table.FILE.write_text(table.text(), encoding="utf-8")
