"""The book: watches from files in any number of folders and from messages; a broken one stops no other."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas import WatchDefinition
from services.alerting.watching import files
from services.alerting.watching.book import Book, BookReader, check_book, read_book
from services.backbone.errors import ConfigurationError
from services.backbone.yaml_file import YamlFile, parse_yaml
from tests.alerting.examples import PACK
from tests.alerting.examples import write_folder as write_files

TTP = [{"actor": "ttp"}]


def write_folder(folder: Path, written: Mapping[str, object]) -> Path:
    """As JSON copies it: what stands in two places of a file would be written as an alias."""
    return write_files(folder, {name: json.loads(json.dumps(content)) for name, content in written.items()})


def sound(*names: str, **more: Any) -> dict[str, Any]:
    return {"watches": [{"id": name, "any": TTP, **more} for name in names]}


def folder(tmp_path: Path, written: Mapping[str, object]) -> Path:
    channels = {"channels": [{"id": "screen", "type": "terminal"}]}
    return write_folder(tmp_path, {"pack/small.yaml": PACK, "tocsin.yaml": channels, **written})


def told(book: Book) -> list[str]:
    return [str(defect) for defect in book.refused]


def sent(name: str, **watch: Any) -> WatchDefinition:
    return WatchDefinition(id=name, watch=watch or {"any": TTP}, changed_at=datetime(2026, 11, 24, tzinfo=UTC))


# folders


def test_watches_stand_in_any_file_of_any_folder(tmp_path: Path) -> None:
    team = write_folder(tmp_path / "srv" / "Team A", {"deep/er.yaml": sound("three"), ".draft.yaml": sound("draft")})
    further = {"watch_folders": ["teams/b", str(team)]}
    config = folder(
        tmp_path / "config",
        {
            "tocsin.yaml": further,
            "watches/one.yaml": sound("one"),
            "watches/deep/two.yaml": sound("two"),
            "teams/b/four.yaml": sound("four"),
        },
    )
    book = read_book(config)

    assert dict(book.origin_of) == {
        "two": "watches/deep/two.yaml",
        "one": "watches/one.yaml",
        "four": "teams/b/four.yaml",
        "three": f"{team}/deep/er.yaml",
    }
    assert [path.resolve() for path in book.folders] == [(config / "teams/b").resolve(), team.resolve()]
    assert told(book) == []


def test_a_watch_belongs_to_whom_it_or_its_file_or_its_folder_says(tmp_path: Path) -> None:
    of_kabul = {"owner": "kabul", "watches": [{"id": "file", "any": TTP}, {"id": "own", "any": TTP, "owner": "delhi"}]}
    by_defaults = {"owner": "kabul", "defaults": {"owner": "herat"}, **sound("defaults")}
    config = folder(
        tmp_path,
        {
            "tocsin.yaml": {"watch_folders": ["teams/Team A_1"]},
            "watches/nobody.yaml": sound("nobody"),
            "watches/kabul.yaml": of_kabul,
            "watches/herat.yaml": by_defaults,
            "teams/Team A_1/a.yaml": sound("folder"),
        },
    )
    owners = {name: watch.owner for name, watch in read_book(config).watches.items()}

    assert owners == {
        "defaults": "herat", "file": "kabul", "own": "delhi", "nobody": None, "folder": "team-a-1",
    }  # fmt: skip


def test_the_defaults_of_a_file_hold_for_its_watches_that_do_not_say_otherwise(tmp_path: Path) -> None:
    written = {
        "defaults": {"severity": "high", "channels": ["screen"], "topic": "desk"},
        "watches": [{"id": "a", "any": TTP}, {"id": "b", "any": TTP, "severity": "low", "channels": []}],
    }
    book = read_book(folder(tmp_path, {"watches/a.yaml": written, "watches/b.yaml": sound("c")}))

    settings = {name: (watch.severity, watch.channels, watch.topic) for name, watch in book.watches.items()}
    assert settings == {
        "a": ("high", ("screen",), "desk"),
        "b": ("low", (), "desk"),
        "c": ("normal", None, None),
    }


def test_a_folder_that_is_missing_is_told_and_the_rest_works(tmp_path: Path) -> None:
    config = folder(
        tmp_path, {"tocsin.yaml": "watch_folders:\n  - teams/a\n  - teams/b\n", "watches/a.yaml": sound("a")}
    )
    write_folder(config, {"teams/b/b.yaml": sound("b")})
    book = read_book(config)

    assert list(book.watches) == ["a", "b"]
    assert told(book) == [
        "tocsin.yaml:2 watch_folders[0]: no such folder: 'teams/a'; make it, mount it, or correct the path"
    ]


def test_a_folder_that_goes_away_keeps_its_watches_until_it_is_taken_off_the_list(tmp_path: Path) -> None:
    config = folder(tmp_path, {"tocsin.yaml": {"watch_folders": ["a"]}, "a/a.yaml": sound("a")})
    first = read_book(config)
    (config / "a").rename(config / "elsewhere")
    away = read_book(config, last=first)
    assert (list(away.watches), len(away.refused)) == (["a"], 1)
    assert away.digest == first.digest
    write_folder(config, {"tocsin.yaml": "{}", "watches/b.yaml": sound("b")})
    assert list(read_book(config, last=away).watches) == ["b"]


def test_a_folder_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a"), "b/b.yaml": sound("b")})
    write_folder(config, {"tocsin.yaml": {"watch_folders": ["watches", "b", "./b"]}})
    book = read_book(config)

    assert list(book.watches) == ["a", "b"]
    assert [defect.what for defect in book.refused] == [
        "'watches' is the same folder as 'watches'",
        "'./b' is the same folder as 'b'",
    ]


# what is broken


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param("{id: b, anyy: [x-ray]}", "unknown key 'anyy'", id="an unknown key"),
        pytest.param("{id: b, any: [{actor: tpp}]}", "unknown actor 'tpp'", id="an actor that the pack does not have"),
        pytest.param("{id: b, any: [said]}", "'said' is too common a word", id="a phrase of no use"),
        pytest.param("{id: b, any: [{actor: ttp}], channels: [no]}", "unknown channel 'no'", id="an unknown channel"),
        pytest.param("{id: b, any: [{actor: ttp}], max_age: long}", "not a duration", id="a setting"),
        pytest.param("{id: B 1, any: [{actor: ttp}]}", "should match pattern", id="an id that is none"),
        pytest.param("just words", "valid dictionary or instance", id="no mapping"),
    ],
)
def test_a_broken_watch_is_left_out_at_a_start_and_told_with_its_place_and_its_fix(
    tmp_path: Path, broken: str, said: str
) -> None:
    text = f"watches:\n  - {{id: a, any: [{{actor: ttp}}]}}\n  - {broken}\n  - {{id: c, any: [{{actor: ttp}}]}}\n"
    book = read_book(folder(tmp_path, {"watches/desk.yaml": text}))

    assert list(book.watches) == ["a", "c"]
    [defect] = book.refused
    assert (defect.where.file, defect.where.line) == ("watches/desk.yaml", 3)
    assert defect.where.path.startswith("watches[1]")
    assert said in defect.what
    assert defect.fix


def test_a_watch_that_breaks_stays_as_it_was_and_the_rest_of_the_edit_is_in_force(tmp_path: Path) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a", "b", severity="high")})
    first = read_book(config)
    edit = sound("a", "b", severity="low")
    edit["watches"][0]["any"] = [{"actor": "tpp"}]
    broken = read_book(write_folder(config, {"watches/a.yaml": edit}), last=first)

    assert {name: watch.severity for name, watch in broken.watches.items()} == {"a": "high", "b": "low"}
    assert broken.digest != first.digest
    assert len(broken.refused) == 1
    still = read_book(config, last=broken)
    assert still.watches["a"] is first.watches["a"]
    assert (still.digest, still.refused) == (broken.digest, broken.refused)

    edit["watches"][0]["any"] = TTP
    mended = read_book(write_folder(config, {"watches/a.yaml": edit}), last=still)
    assert (mended.watches["a"].severity, mended.refused) == ("low", ())


def test_an_actor_that_leaves_the_pack_breaks_the_watches_on_it_and_they_stay(tmp_path: Path) -> None:
    config = folder(
        tmp_path, {"watches/a.yaml": {"watches": [{"id": "a", "any": [{"actor": "iskp"}, {"actor": "ttp"}]}]}}
    )
    first = read_book(config)
    write_folder(config, {"pack/small.yaml": {**PACK, "actors": PACK["actors"][:1]}})
    second = read_book(config, last=first)

    assert second.watches["a"] is first.watches["a"]
    assert "unknown actor 'iskp'" in told(second)[0]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("watches:\n\t- id: a\n", id="no YAML"),
        pytest.param(b"watches: \xff", id="no UTF-8"),
        pytest.param("watch: []\n", id="an unknown key beside the watches"),
        pytest.param("owner: Not An Id\nwatches: []\n", id="an owner that is none"),
        pytest.param("defaults: {severity: huge}\nwatches: []\n", id="defaults that are none"),
        pytest.param("watches: {a: b}\n", id="no list"),
        pytest.param("- a\n", id="no mapping"),
    ],
)
def test_the_watches_of_a_file_that_is_none_stay_as_they_were_and_others_are_taken_over(
    tmp_path: Path, broken: str | bytes
) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a"), "watches/b.yaml": sound("b")})
    first = read_book(config)
    (config / "watches" / "a.yaml").write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    write_folder(config, {"watches/b.yaml": sound("b", "c")})

    book = read_book(config, last=first)
    assert sorted(book.watches) == ["a", "b", "c"]
    assert {defect.where.file for defect in book.refused} == {"watches/a.yaml"}
    assert read_book(config, last=book).refused == book.refused, "it is told as long as it is so"
    assert sorted(read_book(config).watches) == ["b", "c"], "at a start there is nothing that could stay"


def test_a_file_that_cannot_be_read_is_told_and_its_watches_stay(tmp_path: Path) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a"), "watches/b.yaml": sound("b")})
    first = read_book(config)
    (config / "watches" / "a.yaml").unlink()
    (config / "watches" / "a.yaml").symlink_to("nowhere.yaml")
    os.mkfifo(config / "watches" / "pipe.yaml")
    book = read_book(config, last=first)

    assert sorted(book.watches) == ["a", "b"]
    assert [(defect.where.file, defect.what) for defect in book.refused] == [
        ("watches/a.yaml", "cannot be read: No such file or directory"),
        ("watches/pipe.yaml", "cannot be read: not a regular file"),
    ]


def test_a_file_that_is_removed_takes_its_watches_with_it(tmp_path: Path) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a"), "watches/b.yaml": sound("b")})
    first = read_book(config)
    (config / "watches" / "a.yaml").unlink()
    book = read_book(config, last=first)
    assert (list(book.watches), book.refused) == (["b"], ())


def test_an_id_that_stands_twice_belongs_to_the_first_and_both_places_are_named(tmp_path: Path) -> None:
    config = folder(
        tmp_path,
        {
            "tocsin.yaml": {"watch_folders": ["team"]},
            "watches/desk.yaml": "watches:\n  - {id: a, any: [{actor: ttp}], severity: high}\n",
            "team/desk.yaml": "watches:\n  - any: [{actor: ttp}]\n    id: a\n",
        },
    )
    book = read_book(config)
    assert book.watches["a"].severity == "high"
    [twice] = book.refused
    assert str(twice.where) == "team/desk.yaml:3 watches[0].id"
    assert twice.what == "id 'a' stands twice, first at watches/desk.yaml:2 watches[0].id"


def test_nobody_takes_away_a_watch_that_is_in_force_by_using_its_id(tmp_path: Path) -> None:
    config = folder(tmp_path, {"watches/b.yaml": sound("mine", severity="high")})
    first = read_book(config)
    write_folder(config, {"watches/a.yaml": sound("mine", severity="low")})
    book = read_book(config, last=first)

    assert (book.watches["mine"].severity, book.origin_of["mine"]) == ("high", "watches/b.yaml")
    assert [defect.where.file for defect in book.refused] == ["watches/a.yaml"]
    assert "first at watches/b.yaml" in book.refused[0].what


def test_a_channel_of_the_defaults_that_nobody_describes_is_told_once_for_all(tmp_path: Path) -> None:
    text = "defaults:\n  channels: [pager]\nwatches:\n  - {id: a, any: [x-ray]}\n  - {id: b, any: [x-ray]}\n"
    config = folder(tmp_path, {"watches/a.yaml": text, "watches/b.yaml": sound("c")})
    [only] = read_book(config).refused
    assert str(only.where) == "watches/a.yaml:2 defaults.channels[0]"


# the whole


@pytest.mark.parametrize(
    ("written", "where"),
    [
        pytest.param({"watches/a.yaml": "watches: ["}, "watches/a.yaml", id="every file is broken"),
        pytest.param({"watches/a.yaml": "watches: [{id: a}]"}, "watches/a.yaml", id="every watch is broken"),
        pytest.param({"watches/a.yaml": sound("a"), "pack/b.yaml": "actors: 3"}, "pack/b.yaml", id="the pack"),
        pytest.param({"watches/a.yaml": sound("a"), "tocsin.yaml": "chanels: []"}, "tocsin.yaml", id="tocsin.yaml"),
    ],
)
def test_a_start_is_refused_where_nothing_can_be_in_force(
    tmp_path: Path, written: Mapping[str, object], where: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_book(folder(tmp_path, written))
    assert refused.value.defects[0].where.file == where


def test_a_folder_that_is_not_there_is_refused_at_any_time(tmp_path: Path) -> None:
    first = read_book(folder(tmp_path, {"watches/a.yaml": sound("a")}))
    with pytest.raises(ConfigurationError, match="no such folder"):
        read_book(tmp_path / "nowhere", last=first)


@pytest.mark.parametrize("file", ["pack/small.yaml", "tocsin.yaml"])
def test_watches_are_taken_over_on_the_last_pack_and_channels_while_these_are_broken(tmp_path: Path, file: str) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a", channels=["screen"])})
    first = read_book(config)
    write_folder(config, {file: "nonsense: [", "watches/b.yaml": sound("b", channels=["screen"])})
    book = read_book(config, last=first)
    assert list(book.watches) == ["a", "b"]
    assert {defect.where.file for defect in book.refused} == {file}


def test_a_watch_that_is_switched_off_is_checked_and_not_in_force(tmp_path: Path) -> None:
    written = {"watches": [{"id": "a", "any": TTP, "enabled": False}, {"id": "b", "any": TTP}]}
    book = read_book(folder(tmp_path, {"watches/a.yaml": written}))
    assert (list(book.watches), list(book.contents), list(book.origin_of)) == (["b"], ["b"], ["a", "b"])


def test_the_digest_is_the_same_for_the_same_watches_wherever_they_stand_and_however_they_came(tmp_path: Path) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a", "b")})
    first = read_book(config)
    write_folder(config, {"watches/a.yaml": sound("a"), "watches/b.yaml": "# a comment\n"})
    second = read_book(config, {"b": sent("b")}, first)
    assert second.digest == first.digest == read_book(config, {"b": sent("b")}).digest
    write_folder(config, {"tocsin.yaml": {"inhibitions": [{"source": {"id": "a"}, "target": {"id": "b"}}]}})
    assert read_book(config, {"b": sent("b")}).digest != first.digest, "who hides whom is a part of it"


def test_a_hundred_files_are_read_once_and_only_what_changed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = {f"watches/{number:02}.yaml": sound(f"w-{number}") for number in range(100)}
    reader = BookReader(folder(tmp_path, written), dict)
    first = reader()
    parsed: list[str] = []

    def parse(name: str, text: bytes) -> YamlFile:
        parsed.append(name)
        return parse_yaml(name, text)

    monkeypatch.setattr(files, "parse_yaml", parse)
    write_folder(tmp_path, {"watches/07.yaml": sound("w-7", severity="high")})
    second = reader()

    assert parsed == ["watches/07.yaml"]
    assert [name for name, watch in second.watches.items() if watch is not first.watches[name]] == ["w-7"]


def test_in_a_file_that_is_edited_a_watch_that_is_written_as_it_was_is_the_same(tmp_path: Path) -> None:
    first = read_book(folder(tmp_path, {"watches/a.yaml": sound("a", "b", "c")}))
    edit = sound("b", "c", "d", "a")
    edit["watches"][1]["severity"] = "high"
    second = read_book(write_folder(tmp_path, {"watches/a.yaml": edit}), last=first)
    assert [name for name in "abcd" if second.watches[name] is first.watches.get(name)] == ["a", "b"]
    edit["defaults"] = {"severity": "low"}
    third = read_book(write_folder(tmp_path, {"watches/a.yaml": edit}), last=second)
    assert {name: watch.severity for name, watch in third.watches.items()} == {
        "a": "low", "b": "low", "c": "high", "d": "low",
    }  # fmt: skip


def test_one_broken_watch_among_thousands_is_told_and_all_others_are_in_force(tmp_path: Path) -> None:
    names = [f"w-{number}" for number in range(3_000)]
    parts = {f"watches/{start:04}.yaml": sound(*names[start : start + 300]) for start in range(0, 3_000, 300)}
    parts["watches/1500.yaml"]["watches"][7]["severity"] = "huge"
    book = read_book(folder(tmp_path, parts))
    assert names[1_507] not in book.watches
    assert len(book.watches) == 2_999
    assert [defect.where.file for defect in book.refused] == ["watches/1500.yaml"]


# messages


def test_a_watch_that_was_sent_is_in_force_beside_those_of_files(tmp_path: Path) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a")})
    book = read_book(config, {"b": sent("b", any=TTP, severity="high")})
    assert {name: watch.severity for name, watch in book.watches.items()} == {"a": "normal", "b": "high"}
    assert book.origin_of["b"] == "topic watches"
    assert list(read_book(config, {}, book).watches) == ["a"], "what was removed is gone"


@pytest.mark.parametrize(
    "in_file",
    [
        pytest.param({"id": "b", "any": TTP, "severity": "low"}, id="a sound one"),
        pytest.param({"id": "b", "any": TTP, "enabled": False}, id="one that is switched off"),
        pytest.param({"id": "b", "any": [{"actor": "tpp"}]}, id="a broken one"),
    ],
)
def test_a_file_wins_over_a_message(tmp_path: Path, in_file: dict[str, Any]) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a"), "watches/b.yaml": {"watches": [in_file]}})
    book = read_book(config, {"b": sent("b", any=TTP, severity="critical")})
    assert "b" not in book.watches or book.watches["b"].severity == "low"


def test_a_message_that_is_no_watch_is_told_with_its_path_and_the_last_good_one_stays(tmp_path: Path) -> None:
    config = folder(tmp_path, {"watches/a.yaml": sound("a")})
    first = read_book(config, {"b": sent("b", any=TTP)})
    bad = {"b": sent("b", any=[{"actor": "tpp"}]), "c": sent("c", anyy=TTP)}
    book = read_book(config, bad, first)

    assert list(book.watches) == ["a", "b"]
    assert told(book) == [
        "topic watches:1 b.any[0]: unknown actor 'tpp'; did you mean 'ttp'?",
        "topic watches:1 c.anyy: unknown key 'anyy'; did you mean 'any'?",
    ]


# tocsin check


def test_a_check_tells_of_a_source_that_a_filter_names_and_nobody_reads(tmp_path: Path) -> None:
    written = sound("a", filters={"sources": ["dwan"]})
    config = folder(
        tmp_path,
        {
            "watches/a.yaml": written,
            "sources/s.yaml": {"sources": [{"id": "dawn", "name": "Dawn", "url": "https://x.example"}]},
        },
    )
    [defect] = check_book(config)
    assert "dwan" in defect.what
    assert "dawn" in defect.fix
    assert list(read_book(config).watches) == ["a"], "a source that is removed takes no watch out of force"
