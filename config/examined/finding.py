"""A thing that was looked at, what was seen, and what to do about it."""

from dataclasses import dataclass

OK, WARNING, ERROR = "ok", "warning", "error"


@dataclass(frozen=True)
class Finding:
    verdict: str
    what: str
    says: str
    remedy: str = ""
