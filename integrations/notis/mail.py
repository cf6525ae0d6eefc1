"""E-mail by the mail server of the installation, the one that staff's own letters go by (FORLOPP_SMTP_URL)."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from integrations.notis.receivers import Unreachable
from workflows.connectors import DeliveryError, PermanentError, TransientError


class Unknown(TransientError):
    """The connection broke when the server may have taken the letter: SMTP has no way to ask."""


@dataclass(frozen=True)
class Letter:
    key: UUID
    to: str
    subject: str
    text: str


def message_id(key: UUID) -> str:
    """The same at every try, so that a server or a reader that gets the letter twice can see that it is one."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{key}@{host}>"


def send(letter: Letter) -> None:
    """Raises TransientError, of which Unknown is one, PermanentError and Unreachable."""
    if not settings.FORLOPP_MAIL:
        raise PermanentError("ej_uppsatt", "Kommunen har ingen e-postserver inkopplad.")
    headers = {"Message-ID": message_id(letter.key), "Auto-Submitted": "auto-generated"}
    connection = _opened()
    try:
        EmailMessage(letter.subject, letter.text, to=[letter.to], headers=headers, connection=connection).send()
    except smtplib.SMTPRecipientsRefused as refusal:
        raise _refused(*next(iter(refusal.recipients.values()))) from None
    except smtplib.SMTPSenderRefused as refusal:
        raise _answered(refusal.smtp_code) from None
    except smtplib.SMTPResponseException as refusal:
        raise _answered(refusal.smtp_code) from None
    except (smtplib.SMTPException, OSError):
        raise Unknown("inget_svar", "E-postservern bröt innan den hade svarat.") from None
    finally:
        _close(connection)


def ask() -> None:
    """Whether the server lets us in; a folder of the demo is no server."""
    if settings.FORLOPP_MAIL == "smtp":
        _close(_opened())


# -- inside ------------------------------------------------------------------------------------------------------------


def _opened() -> BaseEmailBackend:
    """A connection with TLS and log in done. Nothing has been said of any letter yet."""
    connection: BaseEmailBackend = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as problem:
        _close(connection)
        raise _not_opened(problem) from None
    return connection


def _close(connection: BaseEmailBackend) -> None:
    """What a server says to our goodbye changes nothing: the letter is taken or not."""
    # Django forgets it when the goodbye fails; the socket is then ours to let go.
    client = getattr(connection, "connection", None)
    with contextlib.suppress(smtplib.SMTPException, OSError):
        connection.close()
    if isinstance(client, smtplib.SMTP):
        client.close()


def _not_opened(problem: Exception) -> DeliveryError:
    match problem:
        case ssl.SSLCertVerificationError():
            return PermanentError("certifikat", "E-postserverns certifikat godkändes inte. IT ser över det.")
        case smtplib.SMTPAuthenticationError():
            return _login(problem.smtp_code)
        case smtplib.SMTPNotSupportedError():
            return PermanentError("obehorig", "E-postservern har inte TLS eller den inloggning vi ska använda.")
        case smtplib.SMTPResponseException():
            return _answered(problem.smtp_code)
    return TransientError("inget_svar", "E-postservern svarade inte.")


def _login(code: int) -> DeliveryError:
    if 400 <= code < 500:
        return _answered(code)
    return PermanentError("obehorig", "E-postservern godkänner inte vår inloggning. IT behöver se över den.")


def _answered(code: int) -> DeliveryError:
    """4xx is for now, 5xx for good (RFC 5321 4.2.1)."""
    if 400 <= code < 500:
        return TransientError("upptaget", f"E-postservern kunde inte ta emot just nu (svar {code}).")
    return PermanentError("avvisat", f"E-postservern tog inte emot brevet (svar {code}). IT behöver se över det.")


def _refused(code: int, _text: bytes) -> DeliveryError:
    """What the server says of the receiver; its words hold the address."""
    if 400 <= code < 500:
        return _answered(code)
    return Unreachable("okand_adress", "E-postadressen finns inte.")
