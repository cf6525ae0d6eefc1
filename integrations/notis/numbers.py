"""Telephone numbers and e-mail addresses: as people write them, and as providers want them."""

from __future__ import annotations

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

REGION = "SE"
# What can take an SMS. A number that may be either is tried.
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def mobile(written: str) -> str:
    """E.164 ("+46701740605"), '' when it cannot take an SMS."""
    parsed = _parsed(written)
    if parsed is None or phonenumbers.number_type(parsed) not in MOBILE:
        return ""
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def national(written: str) -> str:
    """As it is said at home ("019-21 10 00"), '' when it is no number."""
    parsed = _parsed(written)
    if parsed is None:
        return ""
    is_ours = parsed.country_code == phonenumbers.country_code_for_region(REGION)
    how = PhoneNumberFormat.NATIONAL if is_ours else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, how)


def mail(written: str) -> str:
    """An e-mail address, '' when it is none. Only ASCII: every mail server takes it."""
    address = written.strip()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if address.isascii() and len(address) <= 254 else ""


def digest(address: str) -> str:
    """By which an address is known where it need not be read. Keyed: ten digits are soon guessed."""
    return salted_hmac("integrations.notis.address", address.casefold(), algorithm="sha256").hexdigest()


def _parsed(written: str) -> phonenumbers.PhoneNumber | None:
    # Google's library reads letters on keys and extensions too; nobody's number here has them.
    if len(written) > 40 or re.search(r"[^\W\d_]", written):
        return None
    try:
        parsed = phonenumbers.parse(written, REGION)
    except NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) and not parsed.extension else None
