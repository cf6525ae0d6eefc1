"""Every kind of event that is waited for, in every place where BPMN lets it be waited for."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bpmn.drawing import Case, boundary, draw, event, handler, task

# The definition, what makes it happen, and what it shows as while it is waited for at `{}`.
KINDS = {
    "message": ("message info", "!info", "!info"),
    "timer": ("timer P1D", "+1", "@{}"),
    "condition": ("condition u5.ja = true", 'u5 {"ja": true}', ""),
    "signal": ("signal sig", "u5", ""),
    "a signal from another ärende": ("signal sig_person", "~aterkallat", ""),
    "multiple": ("message info | timer P1D", "+1", "!info @{}"),
}
BESIDE = "p0 > u5 > kasta > e5"
"""A branch beside, where a person can make a condition true and a signal is thrown."""


def beside(name: str) -> str:
    definition = "signal sig" if name == "signal" else ""
    return event("intermediateThrowEvent", "kasta", definition)


def trace(*lines: tuple[str, str]) -> str:
    return "\n".join(f"{step} -> {waited}" for step, waited in lines)


def cases() -> Iterator[Case]:
    for name, (definition, trigger, mark) in KINDS.items():
        rest = "" if trigger.startswith("u5") else "u5"
        last = [("u5", ".a")] if rest else []
        yield Case(
            f"{name}: an intermediate event waits",
            draw(
                "s > p0 > c > u9 > end_a",
                BESIDE,
                extra=event("intermediateCatchEvent", "c", definition) + beside(name),
            ),
            trace(("", f"u5 {mark.format('c')}"), (trigger, f"u9 {rest}"), ("u9", rest or ".a"), *last),
        )
        edge = task("u1") + beside(name)
        yield Case(
            f"{name}: at the edge it interrupts",
            draw("s > p0 > u1 > end_b", "b > u9 > end_a", BESIDE, extra=edge + boundary("b", "u1", definition)),
            trace(("", f"u1 u5 {mark.format('b')}"), (trigger, f"u9 {rest}"), ("u9", rest or ".a"), *last),
        )
        again = "!info" if "message" in definition else ""
        yield Case(
            f"{name}: at the edge it goes on beside",
            draw(
                "s > p0 > u1 > end_a", "b > u9 > e9", BESIDE, extra=edge + boundary("b", "u1", definition, quiet=True)
            ),
            trace(
                ("", f"u1 u5 {mark.format('b')}"),
                (trigger, f"u1 u9 {rest} {again}"),
                ("u1", f"u9 {rest}"),
                ("u9", rest or ".a"),
                *last,
            ),
        )
        yield Case(
            f"{name}: an event sub-process interrupts",
            draw("s > p0 > u1 > end_b", BESIDE, extra=beside(name)) + handler("h", definition, "h_s > u9 > end_a"),
            trace(("", f"u1 u5 {mark.format('h_s')}"), (trigger, "u9"), ("u9", ".a")),
        )
        yield Case(
            f"{name}: an event sub-process goes on beside",
            draw("s > p0 > u1 > end_a", BESIDE, extra=beside(name))
            + handler("h", definition, "h_s > u9 > e9", quiet=True),
            trace(
                ("", f"u1 u5 {mark.format('h_s')}"),
                (trigger, f"u1 u9 {rest} {again}"),
                ("u9", f"u1 {rest} {again}"),
                ("u1", f"{rest} {again}" if rest else ".a"),
                *last,
            ),
        )


CASES = list(cases())
