"""The hidden field of forms that says that a page of ours asked, as Django's middleware checks it.

Django draws the mask of a token letter by letter, a tenth of a page's time.
"""

import os
from functools import cached_property

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, get_token
from django.utils.safestring import SafeString

_BASE = len(CSRF_ALLOWED_CHARS)
_PLACE = {letter: place for place, letter in enumerate(CSRF_ALLOWED_CHARS)}
# Of the 256 values of a byte the last few are passed over, so that no letter is likelier than another.
_UNEVEN = bytes(range(256 - 256 % _BASE, 256))
_LETTERS = bytes(ord(CSRF_ALLOWED_CHARS[value % _BASE]) for value in range(256))


class Field:
    """Made when the first form of a page asks for it, and the same in all of the page."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _html(self) -> SafeString:
        return SafeString(f'<input type="hidden" name="csrfmiddlewaretoken" value="{_token(self._request)}">')

    def __html__(self) -> SafeString:
        return self._html


def masked(secret: str) -> str:
    """The secret as it stands in a page: other letters each time, or one who sees how well pages pack may guess it."""
    mask = os.urandom(CSRF_SECRET_LENGTH * 2).translate(_LETTERS, _UNEVEN)[:CSRF_SECRET_LENGTH].decode()
    hidden = [
        CSRF_ALLOWED_CHARS[(_PLACE[one] + _PLACE[other]) % _BASE] for one, other in zip(secret, mask, strict=True)
    ]
    return mask + "".join(hidden)


def _token(request: HttpRequest) -> str:
    """Who has no cookie with a secret is given one; a cookie that is there is made anew at log in."""
    secret = request.META.get("CSRF_COOKIE")
    return masked(secret) if secret else get_token(request)
