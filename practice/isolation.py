"""Practice mode reaches this machine and nothing else: connections to anywhere else are refused by the interpreter.

Settings that point to real systems are refused where they are read (config/environment.py). This is the second wall,
for what has its address from somewhere else: mail, push, a library with opinions.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class Unreachable(OSError):
    """Practice mode reaches nothing outside this machine."""


def only_this_machine() -> None:
    """Cannot be undone in this process: an audit hook stays."""
    sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in EVENTS and isinstance(arguments[1], tuple) and not _is_here(str(arguments[1][0])):
        raise Unreachable("Övningsläget når inget utanför den här datorn.")


def _is_here(host: str) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
