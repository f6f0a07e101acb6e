import pytest
from hypothesis import given

from services.matching.automaton import IMPLEMENTATIONS
from services.matching.document import Document
from services.matching.fold import fold
from services.matching.lexicon import Case, Entry, Lexicon
from tests.strategies import news_text


def words(lexicon: Lexicon[str], title: str, text: str) -> list[tuple[str, str]]:
    document = Document(title, text)
    return [
        (hit.entry.owner, document.joined[hit.occurrence.start : hit.occurrence.end]) for hit in lexicon.find(document)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Troops left Pakistan. Taliban fighters came.",
        "Afghanistan, Pakistan, Taliban: who gains?",
        "they fled to Pakistan (Taliban sources said)",
        "in Pakistan\n\nTaliban leaders met",
        "in Pakistan — Taliban leaders met",
        "巴基斯坦。\nin Pakistan。Taliban",
    ],
)
def test_words_on_both_sides_of_hard_punctuation_are_no_name(text: str) -> None:
    assert words(Lexicon([Entry("ttp", "Pakistan Taliban")]), "", text) == []


@pytest.mark.parametrize("between", [" ", "-", "\n", "  \t", "’ ", "\u00a0", "\u00ad "])
def test_words_on_both_sides_of_soft_separators_are_a_name(between: str) -> None:
    text = f"the Pakistan{between}Taliban"
    assert words(Lexicon([Entry("ttp", "Pakistan Taliban")]), "", text) == [("ttp", f"Pakistan{between}Taliban")]


def test_punctuation_that_a_name_itself_has_is_no_obstacle() -> None:
    lexicon = Lexicon([Entry("minister", "S. Jaishankar"), Entry("army", "U.S. Army")])
    text = "S. Jaishankar met the U.S. Army chief."
    assert words(lexicon, "", text) == [("minister", "S. Jaishankar"), ("army", "U.S. Army")]


def test_a_name_in_parentheses_is_found_in_parentheses() -> None:
    assert words(Lexicon([Entry("is", "(IS)")]), "", "the group (IS), IS, (is) and (IS said)") == [("is", "IS")]


def test_no_name_crosses_from_the_title_into_the_text() -> None:
    lexicon = Lexicon([Entry("ttp", "Pakistan Taliban"), Entry("minister", "S. Jaishankar")])
    assert words(lexicon, "Talks in Pakistan", "Taliban came") == []
    assert words(lexicon, "A meeting with S.", "Jaishankar") == []


@pytest.mark.parametrize(
    ("phrase", "case", "text", "hits"),
    [
        ("IS", None, "IS claimed it; this is known", 1),
        ("IS-K", None, "IS‑K, ISK and is-k", 1),
        ("U.S.", None, "the U.S and u.s.", 1),
        ("Swat", "exact", "Swat, SWAT and swat", 1),
        ("Brit*", "exact", "Brits, BRITS and brittle", 1),
        ("Талибан", "exact", "Талибаном, ТАЛИБАНОМ, талибаном", 1),
        ("TTP", "any", "ttp and TTP", 2),
        ("Kabul", None, "KABUL and kabul", 2),
        ("МИД", None, "МИД и мид", 2),
    ],
)
def test_capitals_matter_for_exact_phrases_and_latin_acronyms(
    phrase: str, case: Case | None, text: str, hits: int
) -> None:
    assert len(Lexicon([Entry("x", phrase, case)]).find(Document("", text))) == hits


@pytest.mark.parametrize(
    ("title", "weak"),
    [
        ("TIP OF THE SPEAR", True),
        ("TIP claims attack", False),
        ("TIP", False),
        ("UZBEKISTAN TIP-OFF", True),
        ("Leaders of TIP and ETIM met", False),
    ],
)
def test_an_acronym_among_capitals_is_weak(title: str, weak: bool) -> None:
    (hit,) = Lexicon([Entry("etim", "TIP")]).find(Document(title, "Quiet text follows."))
    assert hit.weak is weak


def test_a_longer_exact_name_is_not_weak_among_capitals() -> None:
    (hit,) = Lexicon([Entry("turkey", "TURKEY", "exact")]).find(Document("TURKEY CLOSES BORDER", ""))
    assert not hit.weak


def test_a_phrase_of_two_owners_is_found_for_both() -> None:
    lexicon = Lexicon([Entry("ttp", "Taliban"), Entry("taliban", "taliban")])
    assert {owner for owner, _ in words(lexicon, "", "The Taliban came")} == {"ttp", "taliban"}


def test_hits_on_the_same_words_come_in_the_order_of_the_entries() -> None:
    entries = [Entry("whole", "Kabul"), Entry("stem", "kabul*")]
    assert [owner for owner, _ in words(Lexicon(entries), "", "Kabul")] == ["whole", "stem"]
    assert [owner for owner, _ in words(Lexicon(reversed(entries)), "", "Kabul")] == ["stem", "whole"]


def test_a_lexicon_without_phrases_finds_nothing() -> None:
    assert words(Lexicon([]), "Kabul", "Kabul") == []


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_a_title_and_a_text_of_nothing_are_searched(implementation: str) -> None:
    assert Lexicon([Entry("x", "Kabul")], implementation).find(Document("", "")) == []


LATIN_AND_OTHERS = Lexicon(
    [
        Entry(text, text)
        for text in ["kabul", "ttp", "塔利班", "is k", "al qaida", "طالبان", "strasse", "пакистан", "लाल"]
    ]
)


@given(news_text, news_text)
def test_what_is_found_reads_as_what_was_searched(title: str, text: str) -> None:
    document = Document(title, text)
    for hit in LATIN_AND_OTHERS.find(document):
        field, start, end = document.field(hit.occurrence.start, hit.occurrence.end)
        words = (title if field == "title" else text)[start:end]
        assert words == document.joined[hit.occurrence.start : hit.occurrence.end]
        assert fold(words).text.strip().startswith(hit.entry.text)


BY_IMPLEMENTATION = [
    Lexicon([Entry(text, text) for text in ("Kabul", "kabul*", "KABUL", "塔利班", "طالبان", "U.S.")], implementation)
    for implementation in IMPLEMENTATIONS
]


@given(news_text)
def test_the_hits_and_their_order_do_not_depend_on_the_automaton(text: str) -> None:
    first, *others = (lexicon.find(Document("", text)) for lexicon in BY_IMPLEMENTATION)
    assert all(hits == first for hits in others)
