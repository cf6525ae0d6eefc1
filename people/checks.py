"""System checks of the room: what must never reach production."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from people.identities import configuration


@register(Tags.security, deploy=True)
def demo_login_is_off(**_options: Any) -> list[CheckMessage]:
    """The demo login lets anyone in without a password, so `check --deploy` refuses it."""
    if not settings.FORLOPP_DEMO:
        return []
    return [
        Error(
            "The demo login is on: anyone can log in as any profession without a password.",
            hint="Set FORLOPP_MODE=production.",
            id="people.E001",
        )
    ]


@register(Tags.security, "sign_in")
def sign_in_can_be_followed(**_options: Any) -> list[CheckMessage]:
    """No start goes past a file that says something other than was meant."""
    return [Error(f"{settings.FORLOPP_SIGN_IN}: {problem}", id="people.E002") for problem in configuration.problems()]


@register(Tags.security, "sign_in", deploy=True)
def saml_can_be_judged(**_options: Any) -> list[CheckMessage]:
    """Its library is in C, and must be made for the same XML library as ours."""
    if not any(one.kind == "saml" for one in configuration.get().providers.values()):
        return []
    try:
        import onelogin.saml2.auth  # noqa: F401 - to see whether it can be
    except Exception as problem:  # noqa: BLE001 - whatever it says
        return [Error(f"SAML cannot be judged: {type(problem).__name__}.", hint="make setup", id="people.E003")]
    return []
