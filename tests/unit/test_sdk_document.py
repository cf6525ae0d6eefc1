"""A message and a receipt of SDK written and read again are the same; what is not whole or not safe is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sdk import document, receipt
from integrations.sdk.document import File, Message, Named, Party, Rejected
from integrations.sdk.receipt import Reason, Receipt, UnreadableReceipt

MOST = 1_000_000
letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
words = st.text(letters, min_size=1, max_size=40).filter(str.strip)
labels = st.text(letters, max_size=40)
texts = st.text(st.one_of(letters, st.sampled_from("\n\t\r<>&]]>\"'")), max_size=200)
named = st.builds(Named, words, words, labels)
parties = st.builds(
    Party,
    organisation=words,
    address=words,
    name=labels,
    unit=labels,
    persons=st.lists(named, max_size=2).map(tuple),
    references=st.lists(named, max_size=2).map(tuple),
)
START = datetime(2000, 1, 1, tzinfo=UTC)
moments = st.integers(0, 10**12).map(lambda milliseconds: START + timedelta(milliseconds=milliseconds))
messages = st.builds(
    Message,
    message_id=st.uuids(),
    conversation_id=st.uuids(),
    created_at=moments,
    subject=labels,
    text=texts,
    is_confidential=st.booleans(),
    sender=parties,
    recipient=parties,
    reply_to=st.one_of(st.none(), st.uuids()),
    files=st.lists(st.builds(File, words, words, st.binary(min_size=1, max_size=60)), min_size=1, max_size=3).map(
        tuple
    ),
)


@given(messages)
def test_what_is_written_is_read(message: Message) -> None:
    assert document.read(document.write(message), most_bytes=MOST) == message


@given(
    st.builds(
        Receipt,
        st.uuids(),
        st.one_of(st.none(), st.sampled_from([Reason("BV", "not-found"), Reason("SIG", "security")])),
    )
)
def test_a_receipt_that_is_written_is_read(told: Receipt) -> None:
    written = receipt.write(
        told, sender="0203:a.example", recipient="0203:b.example", at=datetime(2026, 11, 23, tzinfo=UTC)
    )
    assert receipt.read(written) == told


def one(**other: object) -> Message:
    party = Party(organisation="0203:a.example", address="sdk.a")
    told = {
        "message_id": UUID(int=1),
        "conversation_id": UUID(int=2),
        "created_at": datetime(2026, 11, 23, tzinfo=UTC),
        "subject": "Hej",
        "text": "Text",
        "is_confidential": True,
        "sender": party,
        "recipient": party,
    }
    return Message(**{**told, **other})  # type: ignore[arg-type]


WRITTEN = document.write(one())
BOMB = b'<!DOCTYPE a [<!ENTITY b "c">]>' + WRITTEN.partition(b"?>")[2]


@pytest.mark.parametrize(("raw", "detail"), [
    (WRITTEN[: len(WRITTEN) // 2], "structure"),
    (BOMB, "structure"),
    (WRITTEN.decode().replace("Text", "Åäö").encode("latin-1"), "structure"),
    (b"<a/>", "structure"),
    (WRITTEN.replace(str(UUID(int=1)).encode(), b"one"), "invariant"),
    (WRITTEN.replace(str(UUID(int=2)).encode(), b"two"), "invariant"),
    (WRITTEN.replace(b"2026-11-23T00:00:00.000Z", b"2026-11-23T00:00:00"), "invariant"),
    (WRITTEN.replace(b"iso6523-actorid-upis", b"orgnr"), "invariant"),
    (WRITTEN.replace(b"functionalAddress", b"person"), "invariant"),
    (WRITTEN.replace(b">true<", b">maybe<"), "structure"),
    (WRITTEN.replace(b">Hej<", b">" + b"x" * 257 + b"<"), "structure"),
    (document.write(one(text="")), "invariant"),
    (document.write(one(files=(File("a.pdf", "application/pdf", b"x" * MOST),))), "too-long"),
    (document.write(one(files=(File("a.pdf", "application/pdf", b"abc"),))).replace(b"YWJj", b"!!!!"), "invariant"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_by_the_code_that_the_sender_knows(raw: bytes, detail: str) -> None:
    with pytest.raises(Rejected) as refused:
        document.read(raw, most_bytes=MOST)
    assert refused.value.reason.detail == detail


def test_who_can_be_told_of_a_refusal_is_told() -> None:
    with pytest.raises(Rejected) as refused:
        document.read(WRITTEN.replace(b">true<", b">maybe<"), most_bytes=MOST)
    assert (refused.value.message_id, refused.value.sender) == (UUID(int=1), "0203:a.example")


def test_a_file_of_many_megabytes_is_read_whole() -> None:
    large = one(files=(File("a.pdf", "application/pdf", bytes(12_000_000)),))
    assert len(document.read(document.write(large), most_bytes=20_000_000).files[0].content) == 12_000_000


def test_a_message_in_its_envelope_is_read_too() -> None:
    envelope = b'<x:XHE xmlns:x="http://docs.oasis-open.org/bdxr/ns/XHE/1/ExchangeHeaderEnvelope"><x:P>%s</x:P></x:XHE>'
    assert document.read(envelope % WRITTEN.partition(b"?>")[2], most_bytes=MOST) == one()


def test_texts_of_several_documents_stand_in_their_senders_order() -> None:
    second = b"<m:documents><m:documentID>x</m:documentID><m:index>0</m:index><m:ContentText><m:characterSequence>First"
    second += b"</m:characterSequence></m:ContentText></m:documents></m:messageBody>"
    assert document.read(WRITTEN.replace(b"</m:messageBody>", second), most_bytes=MOST).text == "First\n\nText"


@pytest.mark.parametrize("raw", [b"", b"<a/>", b"not xml", BOMB])
def test_an_unreadable_receipt_is_told_from_a_readable(raw: bytes) -> None:
    with pytest.raises(UnreadableReceipt):
        receipt.read(raw)
