"""What counts as an escape, a leak or a bomb."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.attack import arsenal
from tests.attack.arena import Verdict

ROOT = Path(__file__).parent.parent.parent
# The limits stop an expression at 0.35 s of CPU and the reading of a file at one or two; a crowded machine needs several
# times that for the same work, and no test may depend on how busy it is.
MAX_CPU = 6.0
MAX_MEGABYTES = 64.0
_LEAKS = re.compile(
    r"""hemlig-[0-9a-f]{16} | \ at\ 0x[0-9a-f]{4,} | <(?:class|function|module|bound|built-in|method|object|generator)\b
      | Traceback | \bFile\ " | /(?:usr|home|work|tmp|proc|etc)/ | site-packages | \.pyc?\b | \broot:x:
      | \b(?:workflows|SpiffWorkflow|lxml|django|decimal|re2|zoneinfo)\.\w | \b(?:NoneType|Decimal\(|datetime\.|timedelta\()
      | \b[A-Z]\w+(?:Error|Exception)\b | InvalidOperation | __\w+__
      | has\ no\ attribute | unsupported\ operand | object\ is\ not | invalid\ literal | out\ of\ range | maximum\ recursion
      | not\ subscriptable | takes\ \d | positional\ argument | codec\ can | unhashable | mappingproxy | OrderedDict
    """,
    re.VERBOSE,
)


def faults(verdict: Verdict, written: str) -> list[str]:
    """Everything wrong with how an attack ended; `written` is the attack itself, which may be quoted."""
    found = [f"crash: {verdict.crash}"] if verdict.crash else []
    found += [f"caused: {event}" for event in verdict.caused]
    if verdict.cpu > MAX_CPU:
        found.append(f"took {verdict.cpu:.2f} s of CPU")
    if verdict.megabytes > MAX_MEGABYTES:
        found.append(f"took {verdict.megabytes:.0f} MB")
    for text in verdict.said:
        leak = next((hit.group() for hit in _LEAKS.finditer(text) if hit.group() not in written), None)
        if leak is not None:
            found.append(f"leaked {leak!r} in {text[:200]!r}")
    return found


class Arena:
    """The process that carries out the attacks, started when it is first needed."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.attack.arena"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def verdicts(self, entrance: str, attacks: list[str]) -> list[Verdict]:
        """What came of attacks that may share a process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([entrance, attacks]) + "\n")
        self.process.stdin.flush()
        return [Verdict(**verdict) for verdict in json.loads(self.process.stdout.readline())]

    def faults(self, entrance: str, groups: list[list[str]]) -> dict[str, list[str]]:
        """What is wrong with how the attacks ended, by attack; nothing where all is well."""
        texts = arsenal.written(entrance)
        found = {
            name: faults(verdict, texts[name])
            for names in groups
            for name, verdict in zip(names, self.verdicts(entrance, names), strict=True)
        }
        return {name: told for name, told in found.items() if told}

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
