"""Become another program that dies with its parent, optionally once an address answers.

Run as a bare script by the supervisor: `python -I -S config/child.py [--signal KILL|TERM] [--after URL] -- command…`.
Linux tells a process when its parent dies (PR_SET_PDEATHSIG); elsewhere children of a killed supervisor live on.
"""

import argparse
import ctypes
import http.client
import os
import signal
import sys
import time
from urllib.parse import urlsplit

PR_SET_PDEATHSIG = 1
# The first page gets the processor first. No longer than this: what fetches and sends does not need the web.
LONGEST_WAIT = 10.0


def main() -> None:
    options, command = arguments()
    die_with_parent(getattr(signal, f"SIG{options.signal}"))
    if options.after:
        wait_for(options.after)
    os.execvp(command[0], command)


def arguments() -> tuple[argparse.Namespace, list[str]]:
    split = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--signal", choices=["KILL", "TERM"], default="KILL")
    parser.add_argument("--after", default="")
    return parser.parse_args(sys.argv[1:split]), sys.argv[split + 1 :]


def die_with_parent(number: signal.Signals) -> None:
    """The kernel sends `number` to this process when its parent dies; survives the exec that follows."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() == 1:
        # The parent died before the kernel was asked.
        sys.exit(1)


def wait_for(url: str) -> None:
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until and not answers(url):
        time.sleep(0.25)


def answers(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
