"""What a page has to tell on the next one: Django's store, made when there is something to keep or to fetch."""

from functools import cached_property
from typing import Any

from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage


class Storage(FallbackStorage):
    """In a cookie, and in the session what it has no room for."""

    def __init__(self, request: Any) -> None:
        BaseStorage.__init__(self, request)
        self._used_storages: set[BaseStorage] = set()

    @cached_property
    def storages(self) -> list[BaseStorage]:
        return [made(self.request) for made in self.storage_classes]

    def _get(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing is anywhere where nothing is in the cookie, as Django looks."""
        if CookieStorage.cookie_name not in self.request.COOKIES:
            return [], True
        return super()._get(*args, **kwargs)  # type: ignore[misc]  # Django's own, told of by no stub
