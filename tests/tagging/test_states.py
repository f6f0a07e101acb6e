"""The names of states, generated from CLDR and kept with the pack."""

from pathlib import Path

import pytest

from services.tagging.states import TABLE, generate, names_of_state
from tests.tagging.layer_files import tags, write


def test_the_table_is_what_babel_gives() -> None:
    assert TABLE.read_text(encoding="utf-8") == generate(), "python -m services.tagging.states writes it anew"


@pytest.mark.parametrize(
    ("territory", "language", "name"),
    [
        ("AF", "ps", "افغانستان"),
        ("RU", "tg", "Русия"),
        ("CN", "uz", "Xitoy"),
        ("SA", "zh", "沙特阿拉伯"),
        ("SA", "zh", "沙烏地阿拉伯"),
        ("MM", "en", "Burma"),
        ("TR", "ug", "تۈركىيە"),
    ],
)
def test_a_state_has_its_name_in_a_language_of_the_region(territory: str, language: str, name: str) -> None:
    assert name in names_of_state(territory)[language]


@pytest.mark.parametrize(
    ("territory", "language", "word"),
    [("JO", "en", "Jordan"), ("SY", "ur", "شام"), ("TG", "ru", "Того"), ("HT", "zh", "海地"), ("ML", "fa", "مالی")],
    ids=["a first name", "evening", "of that", "inside: coastal area", "financial"],
)
def test_a_name_that_is_a_word_too_is_left_out(territory: str, language: str, word: str) -> None:
    assert word not in names_of_state(territory).get(language, [])


def test_a_state_is_added_by_its_code_alone(tmp_path: Path) -> None:
    folder = write(tmp_path, "actors:\n  - {id: spain, name: Spain, kind: state, territory: ES}\n")
    assert tags(folder, "Испания и Афганистан") == {"spain"}
    assert tags(folder, "西班牙首相") == {"spain"}
