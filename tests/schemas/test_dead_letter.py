import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import DeadLetter
from schemas.dead_letter import MAX_KEPT_BYTES
from tests.schemas.examples import example, example_json


@given(key=st.none() | st.binary(), value=st.none() | st.binary())
def test_bytes_of_a_record_travel_as_base64(key: bytes | None, value: bytes | None) -> None:
    letter = DeadLetter.model_construct(**dict(example(DeadLetter)) | {"origin_key": key, "origin_value": value})
    written = json.loads(letter.write())
    assert [written["origin_key"], written["origin_value"]] == [
        None if part is None else base64.b64encode(part).decode() for part in (key, value)
    ]
    read = DeadLetter.read(letter.write())
    assert (read.origin_key, read.origin_value) == (key, value)


@pytest.mark.parametrize("text", ["YQ", "Y", "YQ="])
def test_text_that_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Base64"):
        DeadLetter.read(json.dumps(example_json(DeadLetter) | {"origin_value": text}).encode())


@pytest.mark.parametrize(
    ("key", "value", "size", "whole"),
    [
        (None, None, 0, True),
        (b"k", b"abc", 3, True),
        (b"k", b"abc", 4, False),
        (b"k" * MAX_KEPT_BYTES, b"abc", 3, False),
    ],
    ids=["no value", "all of it", "the head of a value", "the head of a key"],
)
def test_only_a_whole_record_can_be_replayed(key: bytes | None, value: bytes | None, size: int, whole: bool) -> None:
    encoded = {
        name: None if part is None else base64.b64encode(part).decode()
        for name, part in (("origin_key", key), ("origin_value", value))
    }
    assert example(DeadLetter, **encoded, origin_size_bytes=size).whole is whole
