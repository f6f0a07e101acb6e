"""Look-alike letters, cut words and other bad input: right spans or none, never an exception."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tagging.mending import mended
from tests.strategies import news_text
from tests.tagging.desk import default_engine, engine_of, evidence, named, tagged, words


@pytest.mark.parametrize(
    ("actor", "text", "found"),
    [
        ("taliban", "The T\u0430liban closed the road.", "T\u0430liban"),
        ("pakistan", "P\u0430kist\u0430n closed the road.", "P\u0430kist\u0430n"),
        ("ttp", "Fighters of the \u0422\u0422P closed the road.", "\u0422\u0422P"),
        ("taliban", "Движение «Талиб\u0061н» закрыло дорогу.", "Талиб\u0061н"),
        ("russia", "Р\u043e\u0441си\u044f закрыла дорогу, Р\u006fссия молчит.", "Р\u043e\u0441си\u044f"),
        ("pakistan", "The envoy of Paki-\nstan left.", "Paki-\nstan"),
        ("kandahar", "Дорогу в Кан-\nдагаре закрыли.", "Кан-\nдагаре"),
        ("taliban", "A Taliban-\nled council met.", "Taliban"),
        ("taliban", "The Tali\u200bban closed the road.", "Tali\u200bban"),
        ("pakistan", "\u202bپاکستان\u202c نے سڑک بند کی۔", "پاکستان\u202c"),
        ("taliban", "\u2067طالبان\u2069 راه را بستند.", "طالبان\u2069"),
        ("taliban", "\U0001f6a8Taliban\U0001f6a8 closed the road.", "Taliban"),
        ("taliban", "<p>The <b>Taliban</b>&nbsp;closed the road.</p>", "Taliban"),
        ("taliban", "Taliban&rsquo;s envoy left.", "Taliban"),
        ("pakistan", "THE GOVERNMENT OF PAKISTAN CLOSED THE ROAD.", "PAKISTAN"),
        ("taliban", "\ud800Taliban\udfff closed the road.", "Taliban"),
        ("taliban", "Taliban", "Taliban"),
    ],
)
def test_a_name_is_found_through_bad_writing(actor: str, text: str, found: str) -> None:
    first = evidence(actor, text)[0]
    assert first.words == found
    assert text[first.start : first.end] == found


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "\ud800", "🚨", "-\n-\n", "о", "<br/>" * 3])
def test_a_text_without_words_names_nobody(text: str) -> None:
    assert named(text) == set()


def test_a_word_of_two_scripts_without_look_alikes_stays() -> None:
    assert mended("NATOвский IT-отдел", lambda _: False) == "NATOвский IT-отдел"


def test_a_million_letters_take_seconds() -> None:
    started = process_time()
    tagged("Kabul and the Taliban (TTP) spoke with Imran Khan. Khan denied it.\n" * 15_000)
    assert process_time() - started < 30


PIECES = st.lists(
    st.sampled_from(
        [
            "Paki-\nstan", "Taliban-\nled", "T\u0430liban", "Пу\u0074ин", "TТP", "-\n", "а", "a", " ", "\n", "Khan",
            "(TTP)", "Imran Khan", "Islamic State (IS)", "IS", "KABUL, Afghanistan (AP) — ",
            "Read more: ", "By A B\n", "@x",
            "in 2001", "no ", "“", "”", '"', "Kabul said", "\ud800", "&nbsp;", "<b>", "طالبان", "نے کہا",
            "Georgia", "PTI",
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(st.one_of(PIECES, news_text), st.one_of(PIECES, news_text))
def test_whatever_comes_is_tagged_with_words_of_its_own(title: str, text: str) -> None:
    result = tagged(text, title)
    fields = {"title": title, "text": text}
    for tag in (*result.actors, *result.topics):
        for one in tag.evidence:
            assert one.words == fields[one.field][one.start : one.end] != ""


@given(st.one_of(PIECES, news_text))
def test_mending_moves_nothing(text: str) -> None:
    assert len(mended(text, default_engine().is_name)) == len(text)


@pytest.mark.parametrize(
    "unit",
    [
        "Paki-\n", "a\u0430", "T\u0430liban ", "Imran Khan Khan ", "Islamic State (IS) ", "Kabul and ",
        "TIP militants ", "(PTI) ", "KABUL, ", "Punjab Lahore ", "—", "🚨",
    ],
)  # fmt: skip
def test_a_long_text_takes_seconds(unit: str) -> None:
    started = process_time()
    tagged(unit * (300_000 // len(unit)))
    assert process_time() - started < 10  # what grows with the square of the length takes minutes


def test_a_name_of_a_small_pack_is_no_half_of_a_word() -> None:
    engine = engine_of([{"id": "kabul", "name": "Kabul", "kind": "place"}])
    assert words("kabul", "A Kabul-\nbased firm.", engine=engine) == ["Kabul"]


def test_a_figure_counts_whom_the_original_names() -> None:
    (figure,) = tagged("At least 12 T\u0430liban fighters were killed in the raid.").figures
    assert figure.who is not None
    assert figure.who in figure.evidence.words
    assert "T\u0430liban" in figure.evidence.words
