"""Silences as files: one that is broken stops no other, and ends nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.alerting.holding.silences import Silences, check_silences, load_silences
from services.backbone.errors import ConfigurationError

GOOD = """
  - id: {id}
    match: {{watch: [kabul-desk, other]}}
    from: 2026-11-24T08:00+04:30
    until: {until}
    by: Sana
    why: planned exercise
"""
UNTIL = "2026-11-24T18:00Z"


def write(folder: Path, name: str, *silences: str) -> None:
    path = folder / "silences" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("silences:" + "".join(silences))


def good(id_: str, until: str = UNTIL) -> str:
    return GOOD.format(id=id_, until=until)


def ids(silences: Silences) -> list[str]:
    return [silence.id for silence in silences.listed]


def test_silences_of_all_files_are_known_and_their_moments_are_instants(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", good("one"), good("two"))
    write(tmp_path, "desk/b.yaml", good("three"))
    write(tmp_path, ".c.yaml", good("an-editor-writes-this"))
    silences = load_silences(tmp_path)
    assert (ids(silences), silences.refused) == (["one", "two", "three"], ())
    assert silences.listed[0].begins == datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    assert str(silences.places["three"]) == "silences/desk/b.yaml:2 silences[0].id"


def test_without_a_folder_of_silences_there_are_none(tmp_path: Path) -> None:
    assert load_silences(tmp_path).listed == ()
    assert check_silences(tmp_path) == []
    with pytest.raises(ConfigurationError, match="no such folder; name the configuration folder"):
        load_silences(tmp_path / "config")
    assert len(check_silences(tmp_path / "config")) == 1


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("    until: 2026-11-24T18:00Z\n", "", "silences/a.yaml:2 silences[0]: a silence without an end; add until:"),
        (UNTIL, "2026-11-24T18:00", "silences/a.yaml:5 silences[0].until: a moment without a zone; write it with"),
        (UNTIL, "tomorrow", "silences/a.yaml:5 silences[0].until: not a moment; write it with its zone, like"),
        (UNTIL, "2026-11-24T03:00Z", "silences/a.yaml:2 silences[0]: a silence that ends before it begins; correct"),
        (UNTIL, "2027-11-26T18:00Z", "silences/a.yaml:2 silences[0]: a silence of more than a year; end it earlier"),
        ("{watch: [kabul-desk, other]}", "{}", "silences/a.yaml:3 silences[0].match: a silence of everything; say"),
        ("{watch: [kabul-desk, other]}", "{watch: []}", "silences[0].match.watch: an empty list; name one at least"),
        ("watch:", "watsh:", "silences/a.yaml:3 silences[0].match.watsh: unknown key 'watsh'; did you mean 'watch'?"),
        ("    from: 2026-11-24T08:00+04:30\n", "", "silences/a.yaml:2 silences[0]: 'from' is missing; add it"),
        ("    why: planned exercise\n", "", "silences/a.yaml:2 silences[0]: 'why' is missing; add it"),
    ],
)
def test_what_is_no_silence_is_told_with_its_place_and_the_others_are_known(
    tmp_path: Path, line: str, instead: str, told: str
) -> None:
    write(tmp_path, "a.yaml", good("broken").replace(line, instead), good("sound"))
    silences = load_silences(tmp_path)
    assert ids(silences) == ["sound"]
    assert [told in str(defect) for defect in silences.refused] == [True], silences.refused
    assert check_silences(tmp_path) == list(silences.refused)


def test_an_id_that_stands_twice_belongs_to_the_first(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", good("one"))
    write(tmp_path, "b.yaml", good("one", "2026-11-25T18:00Z"))
    silences = load_silences(tmp_path)
    assert silences.listed[0].until == datetime(2026, 11, 24, 18, tzinfo=UTC)
    [defect] = silences.refused
    assert str(defect) == (
        "silences/b.yaml:2 silences[0].id: id 'one' stands twice, first at silences/a.yaml:2 silences[0].id; "
        "rename or remove one"
    )


@pytest.mark.parametrize(
    "after",
    [
        good("one", "soon") + good("two"),
        good("one").replace("match:", "match: ["),
        "\n  one: [a",
        " no\nother: 1",
    ],
    ids=["one is broken", "the file is no YAML", "nor this", "the file is none of silences"],
)
def test_a_typo_ends_no_silence(tmp_path: Path, after: str) -> None:
    write(tmp_path, "a.yaml", good("one"), good("two"))
    write(tmp_path, "b.yaml", good("three"))
    before = load_silences(tmp_path)
    write(tmp_path, "a.yaml", after)
    silences = load_silences(tmp_path, before)
    assert sorted(ids(silences)) == ["one", "three", "two"]
    assert silences.refused
    again = load_silences(tmp_path, silences)
    assert sorted(ids(again)) == ["one", "three", "two"], "nor does the next reload"
    assert sorted(ids(load_silences(tmp_path))) != sorted(ids(silences)), "a start knows of no version before"


def test_a_silence_that_is_taken_out_is_known_no_more(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", good("one"), good("two"))
    write(tmp_path, "b.yaml", good("three"))
    before = load_silences(tmp_path)
    write(tmp_path, "a.yaml", good("two"))
    (tmp_path / "silences" / "b.yaml").unlink()
    after = load_silences(tmp_path, before)
    assert ids(after) == ["two"]
    assert after.digest != before.digest


def test_the_digest_is_of_what_is_known_not_of_how_it_is_written(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", good("one"))
    first = load_silences(tmp_path)
    write(tmp_path, "a.yaml", "\n# The same.", good("one", "2026-11-24T22:30+04:30"))
    assert load_silences(tmp_path, first).digest == first.digest
    write(tmp_path, "a.yaml", good("one", "2026-11-24T22:31+04:30"))
    assert load_silences(tmp_path, first).digest != first.digest
