"""`tocsin watch add`: from a name to a watch that is in force."""

from pathlib import Path

import pytest
import yaml

from services.alerting.watching.book import check_book, read_book
from services.alerting.watching.terms import Name
from services.alerting.watching.watch import Watch
from services.backbone.errors import ConfigurationError, TocsinError
from services.cli.adding import NotWritten
from services.cli.watch.writing import BadWatch, WatchExists
from services.matching.expressions import Phrase, Reference
from tests.cli.command import invoke
from tests.cli.past import desk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A desk with one watch, `ttp`."""
    return desk(tmp_path / "config")


def add(folder: Path, *arguments: str) -> str:
    """What it says; an error of ours is raised."""
    told = invoke("watch", "add", *arguments, "--config", folder)
    if isinstance(told.exception, TocsinError):
        raise told.exception
    assert told.exit_code == 0, told.output
    return told.stdout


def added(folder: Path, identifier: str) -> Watch:
    """The watch as it is in force, where nothing is wrong with any."""
    assert check_book(folder) == []
    return read_book(folder).watches[identifier]


def test_the_name_of_an_actor_becomes_that_actor(folder: Path) -> None:
    shown = add(folder, "Daesh Khorasan")

    watch = added(folder, "iskp")
    assert watch.actors == (Reference("actor", "iskp"),)
    assert watch.name == "Daesh-Khorasan"
    assert "'Daesh Khorasan' is the name of the actor iskp" in shown
    assert "tocsin watch test iskp --since 7d" in shown
    assert (folder / "watches" / "added.yaml").is_file()


def test_a_name_that_nobody_has_is_watched_in_its_spellings(folder: Path) -> None:
    shown = add(folder, "Hekmatullah Ahmad")

    assert added(folder, "hekmatullah-ahmad").names == (Name("Hekmatullah Ahmad"),)
    assert "with 5 other spellings\n  Hekmatollah Ahmad, " in shown

    add(folder, "Hekmatullah Ahmad", "--no-variants", "--id", "exactly")
    assert added(folder, "exactly").names == (Phrase("Hekmatullah Ahmad"),)


def test_all_that_was_said_of_it_is_written(folder: Path) -> None:
    add(
        folder, "iskp", "Bagram Airfield", "--about", "safe-havens", "--phrase", "air base", "--free-name", "TTP",
        "--actor", "noor-wali", "--id", "all", "--name", "All: of it", "--owner", "kabul", "--severity", "critical",
        "--languages", "ur,ps", "--topic", "kabul", "--channel", "terminal", "--digest", "0 7 * * 1-5",
        "--cooldown", "1h", "--group-by", "story", "--ring-last", "6h", "--file", "desk",
    )  # fmt: skip
    watch = added(folder, "all")
    assert yaml.safe_load((folder / "watches/desk.yaml").read_text())["watches"][-1] == {
        "id": "all",
        "name": "All: of it",
        "owner": "kabul",
        "actors": ["iskp", "noor-wali"],
        "names": ["Bagram Airfield", "TTP"],
        "topics": ["safe-havens"],
        "phrases": ["air base"],
        "filters": {"languages": ["ur", "ps"]},
        "severity": "critical",
        "digest": {"cron": "0 7 * * 1-5"},
        "cooldown": "1h",
        "group": {"by": "story"},
        "ring_last": "6h",
        "topic": "kabul",
        "channels": ["terminal"],
    }
    assert (watch.severity, watch.owner, watch.topic, watch.channels) == ("critical", "kabul", "kabul", ("terminal",))


def test_what_stands_in_the_file_stays_as_it_is(folder: Path) -> None:
    file = folder / "watches" / "desk.yaml"
    file.write_text("# The desk.\nwatches:\n- id: a   # first\n  any: ['Bagram']\n# The end.\n")
    file.chmod(0o640)
    before = file.read_text()
    add(folder, "iskp", "--file", "desk.yaml")

    assert file.read_text().startswith(before)
    assert file.stat().st_mode & 0o777 == 0o640
    assert set(read_book(folder).watches) == {"a", "iskp"}


def test_a_dry_run_shows_the_yaml_and_writes_nothing(folder: Path) -> None:
    shown = add(folder, "iskp", "--dry-run")

    assert "  - id: iskp\n    name: Daesh-Khorasan\n    actors: [iskp]\n" in shown
    assert sorted(path.name for path in (folder / "watches").iterdir()) == ["desk.yaml"]


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        (["TTP"], WatchExists, "a watch has the id 'ttp' already, in watches/desk.yaml; change it there, or "),
        (["the"], BadWatch, r"names\[0\]: 'the' is too common a word; write a longer form"),
        (["--actor", "tpp"], BadWatch, r"actors\[0\]: unknown actor 'tpp'; did you mean 'ttp'\?"),
        (["iskp", "--channel", "termnal"], BadWatch, r"channels\[0\]: unknown channel 'termnal'; did you mean "),
        (["iskp", "--digest", "dayly"], BadWatch, "unknown digest 'dayly'; did you mean 'daily'"),
        (["iskp", "--cooldown", "soon"], BadWatch, "not a duration; write seconds, or a number with s, m, h, d or w"),
        (["iskp", "--id", "The Desk"], BadWatch, "^id: "),
        (["طالبان"], BadWatch, "no id can be made of 'طالبان'; choose one by --id"),
        ([], BadWatch, "nothing to watch for; give a name, or --actor, --about or --phrase"),
        (["iskp", "--file", "../desk"], NotWritten, "is no file's name; use letters, digits and hyphens"),
    ],
    ids=[
        "known",
        "too common",
        "no such actor",
        "no such channel",
        "no such digest",
        "no duration",
        "no id",
        "nothing for an id",
        "nothing",
        "out of the folder",
    ],
)
def test_what_makes_no_watch_is_refused_and_nothing_is_written(
    folder: Path, arguments: list[str], error: type[TocsinError], told: str
) -> None:
    with pytest.raises(error, match=told):
        add(folder, *arguments)
    assert sorted(path.name for path in (folder / "watches").iterdir()) == ["desk.yaml"]


def test_a_file_that_cannot_be_added_to_is_left_alone(folder: Path) -> None:
    file = folder / "watches" / "flow.yaml"
    file.write_text("watches: [{id: a, any: [Bagram]}]\n")
    with pytest.raises(ConfigurationError, match=r"flow\.yaml:1 watches: a list that cannot be added to"):
        add(folder, "iskp", "--file", "flow")
    assert file.read_text() == "watches: [{id: a, any: [Bagram]}]\n"


def test_what_is_no_file_is_told(folder: Path) -> None:
    (folder / "watches" / "added.yaml").mkdir()
    with pytest.raises(NotWritten, match=r"added\.yaml cannot be read: Is a directory; name another file by --file"):
        add(folder, "iskp")


def test_a_watch_that_was_broken_before_is_told_and_stops_no_new_one(folder: Path) -> None:
    (folder / "watches" / "other.yaml").write_text("watches: [{id: b}]\n")
    assert "tocsin check tells of 1 defects elsewhere" in add(folder, "iskp")
    assert "iskp" in read_book(folder).watches
