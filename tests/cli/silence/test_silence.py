"""`tocsin silence`: made, seen and ended by a person who is in a hurry."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.alerting.holding.silence import Silence
from services.alerting.holding.silences import check_silences, load_silences
from services.backbone.errors import TocsinError
from services.cli.adding import NotWritten
from services.cli.silence.writing import BadSilence
from tests.cli.command import invoke

HOUR = timedelta(hours=1)
BY = ("--by", "Sana", "--why", "planned exercise")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty configuration folder."""
    (tmp_path / "config").mkdir()
    return tmp_path / "config"


def tocsin(folder: Path, *arguments: str) -> str:
    """What it says; an error of ours is raised."""
    told = invoke("silence", *arguments, "--config", folder)
    if isinstance(told.exception, TocsinError):
        raise told.exception
    assert told.exit_code == 0, told.output
    return told.stdout


def the_silence(folder: Path) -> Silence:
    assert check_silences(folder) == []
    [silence] = load_silences(folder).listed
    return silence


def test_a_silence_is_written_and_holds_from_now_until_its_end(folder: Path) -> None:
    before = datetime.now(UTC)
    said = tocsin(
        folder, "add", "--watch", "kabul-desk", "--entity", "ttp", "--entity", "actor/iskp", "--until", "6h", *BY
    )

    silence = the_silence(folder)
    assert silence.match.watch == ("kabul-desk",)
    assert silence.match.entity == ("ttp", "actor/iskp")
    assert (silence.by, silence.why) == ("Sana", "planned exercise")
    assert silence.until - silence.begins == 6 * HOUR
    assert silence.in_force(before + timedelta(seconds=30)), "at once"
    assert str(folder / "silences" / "added.yaml") in said
    assert f"tocsin silence expire {silence.id}" in said


def test_two_silences_of_the_same_have_ids_of_their_own(folder: Path) -> None:
    for _ in range(2):
        tocsin(folder, "add", "--owner", "kabul", "--until", "1h", *BY)
    first, second = load_silences(folder).listed
    assert first.id.startswith("kabul-2")
    assert second.id == f"{first.id}-2"


def test_a_silence_may_begin_later_and_its_length_counts_from_there(folder: Path) -> None:
    tocsin(folder, "add", "--severity", "low", "--from", "2031-05-01T08:00+04:30", "--until", "90m", *BY)
    silence = the_silence(folder)
    assert silence.begins == datetime(2031, 5, 1, 3, 30, tzinfo=UTC)
    assert silence.until == datetime(2031, 5, 1, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--watch", "a"], "without an end; say when it ends"),
        (["--watch", "a", "--until", "2020-01-01T00:00Z"], "ends before it begins"),
        (["--watch", "a", "--from", "2020-01-01", "--until", "2020-01-02"], "over already"),
        (["--watch", "a", "--until", "53w"], "more than a year"),
        (["--watch", "a", "--until", "tomorrow"], "'tomorrow' is no moment; write 6h"),
        (["--until", "1h"], "a silence of everything; say what it holds by one of watch, owner"),
        (["--severity", "urgent", "--until", "1h"], "'critical'"),
        (["--country", "Pakistan", "--until", "1h"], "two capital letters"),
        (["--language", "en-GB", "--until", "1h"], "without script and region"),
        (["--watch", "a", "--until", "1h", "--id", "No Id"], "lower case letters"),
        (["--watch", "a", "--until", "1h", "--why", " "], "--by NAME --why TEXT"),
    ],
)
def test_what_is_no_silence_is_told_with_what_to_do(folder: Path, arguments: list[str], told: str) -> None:
    with pytest.raises(BadSilence, match=told):
        tocsin(folder, "add", *BY, *arguments)
    assert not (folder / "silences").exists()


def test_an_id_that_is_there_is_not_written_twice(folder: Path) -> None:
    tocsin(folder, "add", "--watch", "a", "--until", "1h", "--id", "quiet", *BY)
    with pytest.raises(
        BadSilence, match=r"the id 'quiet' already, at silences/added\.yaml:2 .*; choose another by --id"
    ):
        tocsin(folder, "add", "--watch", "b", "--until", "1h", "--id", "quiet", *BY)


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    assert "kabul-desk" in tocsin(folder, "add", "--watch", "kabul-desk", "--until", "1h", "--dry-run", *BY)
    assert not (folder / "silences").exists()


def test_a_watch_that_no_file_has_is_noted_and_held_all_the_same(folder: Path) -> None:
    for name, content in {
        "watches/desk.yaml": "watches: [{id: kabul-desk, owner: kabul, phrases: [Bagram air base]}]",
        "pack/actors.yaml": "actors: []",
    }.items():
        (folder / name).parent.mkdir()
        (folder / name).write_text(content)
    said = tocsin(folder, "add", "--watch", "kabul-dask", "--owner", "kabul", "--until", "1h", *BY)
    assert "note: no file has the watch 'kabul-dask'; did you mean 'kabul-desk'?" in said
    assert "owner 'kabul'" not in said
    assert the_silence(folder).match.watch == ("kabul-dask",)


def test_an_ended_silence_holds_nothing_and_the_file_is_otherwise_as_it_was(folder: Path) -> None:
    file = folder / "silences" / "desk" / "night.yaml"
    file.parent.mkdir(parents=True)
    before = (
        "# Of the night desk.\nsilences:\n- id: one   # first\n  match: {watch: a}\n  from: 2026-11-24T08:00Z\n"
        "  until: 2027-01-01T08:00+04:30  # next year\n  by: Sana\n  why: 'until: the end'\n"
        '- {id: two, match: {watch: b}, from: \'2026-11-24T08:00Z\', "until": "2027-01-01T08:00Z", by: S, why: x}\n'
    )
    file.write_text(before)
    assert "one ends now" in tocsin(folder, "expire", "one", "two")

    silences = load_silences(folder)
    assert [silence.in_force(datetime.now(UTC)) for silence in silences.listed] == [False, False]
    until = f"{silences.listed[0].until:%Y-%m-%dT%H:%M:%SZ}"
    expected = before.replace("2027-01-01T08:00+04:30", until).replace('"2027-01-01T08:00Z"', until)
    assert file.read_text() == expected
    assert "one is over since" in tocsin(folder, "expire", "one")


def test_a_silence_that_is_ended_before_it_begins_never_holds(folder: Path) -> None:
    tocsin(folder, "add", "--watch", "a", "--from", "2h", "--until", "1h", "--id", "later", *BY)
    tocsin(folder, "expire", "later")
    silence = the_silence(folder)
    assert silence.begins == silence.until
    assert "later" not in tocsin(folder, "list")


def test_an_unknown_id_is_told(folder: Path) -> None:
    tocsin(folder, "add", "--watch", "a", "--until", "1h", "--id", "quiet", *BY)
    with pytest.raises(BadSilence, match=r"no silence has the id 'quite'; did you mean 'quiet'\?"):
        tocsin(folder, "expire", "quiet", "quite")
    assert the_silence(folder).in_force(datetime.now(UTC)), "all or nothing"


def test_what_cannot_be_changed_is_told_with_its_place(folder: Path) -> None:
    (folder / "silences").mkdir()
    (folder / "silences" / "a.yaml").write_text(
        "silences:\n  - id: one\n    match: {watch: a}\n    from: 2026-11-24T08:00Z\n"
        "    until:\n      2027-01-01T08:00Z\n    by: Sana\n    why: x\n"
    )
    with pytest.raises(NotWritten, match=r"silences/a\.yaml:2 .*; write until: 20\d\d-.*Z there, or remove it"):
        tocsin(folder, "expire", "one")


def test_the_list_shows_what_holds_first_and_what_is_over_when_asked(folder: Path) -> None:
    for id_, more in {"late": ("--from", "1h"), "now": (), "gone": ()}.items():
        tocsin(folder, "add", "--watch", "a", "--topic", "talks", "--until", "3h", "--id", id_, *more, *BY)
    tocsin(folder, "expire", "gone")

    shown = tocsin(folder, "list")
    assert shown.index("now  holds until 20") < shown.index("late  will hold from 20")
    assert "\n  watch a, topic talks\n  planned exercise (Sana)\n" in shown
    assert "1 silence holds; 1 over" in shown
    lines = [json.loads(line) for line in tocsin(folder, "list", "--all", "--json").splitlines()]
    assert [(line["id"], line["state"]) for line in lines] == [
        ("now", "holds"),
        ("late", "will hold"),
        ("gone", "over"),
    ]
    assert lines[0]["match"] == {"watch": ["a"], "topic": ["talks"]}
