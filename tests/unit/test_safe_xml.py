"""XML enters without entities, document types, network or size."""

from __future__ import annotations

import pytest

from workflows import safe_xml

LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"PK\x03\x04zip", "not-xml"),
        (b"<a><b></a>", "not-xml"),
        (b"<a>\x00</a>", "not-xml"),
        (LAUGHS.encode(), "doctype"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>', "doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "doctype"),
        ('<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"), "encoding"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><a>å</a>'.encode("latin-1"), "encoding"),
        (b"<a>" + b"<b/>" * (safe_xml.MAX_ELEMENTS + 1) + b"</a>", "too-many-elements"),
        (b"<a>" + b"x" * safe_xml.MAX_BYTES + b"</a>", "too-large"),
    ],
)
def test_dangerous_or_broken_documents_are_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(safe_xml.UnsafeXml) as caught:
        safe_xml.parse(data)
    assert caught.value.code == code
    assert caught.value.message


def test_an_ordinary_document_is_read() -> None:
    assert safe_xml.parse('<?xml version="1.0" encoding="UTF-8"?><a>åäö</a>'.encode()).text == "åäö"
