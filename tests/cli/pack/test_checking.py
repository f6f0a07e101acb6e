"""`tocsin pack check` finds what a person should look at, each thing at its place."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import invoke

SOUND = """\
actors:
  - {id: ttp, name: Tehreek-e-Taliban Pakistan, kind: armed-group, aliases: {en: [TTP]}}
topics:
  - {id: raids, name: Raids, threshold: 1, rules: [{any: [{concept: raid}]}, {any: [{concept: ambush}]}]}
concepts:
  - {id: raid, phrases: {en: [raid*]}}
  - {id: ambush, phrases: {en: [ambush*]}}
"""


def found(tmp_path: Path, pack: str, *arguments: str | Path) -> list[dict[str, Any]]:
    """What is told of a pack, with the exit status that belongs to it."""
    (tmp_path / "pack").mkdir(exist_ok=True)
    (tmp_path / "pack" / "desk.yaml").write_text(pack, encoding="utf-8")
    checked = invoke("pack", "check", "--config", tmp_path, "--json", *arguments)
    told = [json.loads(line) for line in checked.stdout.splitlines()]
    assert checked.exit_code == int(any(finding["level"] == "warning" for finding in told)), checked.output
    return told


def corpus(tmp_path: Path, *texts: str) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts)))
    return path


def test_of_a_sound_pack_nothing_is_told(tmp_path: Path) -> None:
    assert found(tmp_path, SOUND) == []


@pytest.mark.parametrize(
    ("more", "level", "kind", "line", "what"),
    [
        ("actors:\n  - {id: a, name: Northern Front, kind: place}\n  - {id: b, name: Northern-Front, kind: place}\n",
         "warning", "collision", 3, "'Northern-Front' of b is also 'Northern Front' of a"),
        ("actors:\n  - {id: a, name: Northern Front, kind: place}\n  - {id: b, name: Northern Front, kind: place}\n",
         "note", "collision", 3, "'Northern Front' of b is also 'Northern Front' of a"),
        ("actors:\n  - {id: a, name: Northern Front, kind: place, aliases: {en: [Nórthern Front, Northern Front]}}\n",
         "note", "said-twice", 2, "'Northern Front' of a is found as 'Nórthern Front' already"),
        ("decoys:\n  en: [Southern Front]\n", "note", "idle-decoy", 2, "'Southern Front' holds no name"),
        ("concepts:\n  - {id: siege, phrases: {en: [siege*]}}\n", "note", "unused-concept", 2, "the concept 'siege'"),
    ],
    ids=["two names folded into one", "one name of two", "a name twice", "an idle decoy", "an unused concept"],
)  # fmt: skip
def test_each_thing_is_told_at_its_place(
    tmp_path: Path, more: str, level: str, kind: str, line: int, what: str
) -> None:
    [told] = found(tmp_path, more)
    assert (told["level"], told["kind"], told["file"], told["line"]) == (level, kind, "pack/desk.yaml", line)
    assert what in told["what"]
    assert told["fix"]


def test_variants_that_collide_are_told(tmp_path: Path) -> None:
    pack = """\
actors:
  - {id: a, name: Mohammad Rahman (first), kind: person, aliases: {en: [{text: Mohammad Rahman, variants: true}]}}
  - {id: b, name: Muhammad Rehman, kind: person}
"""
    [told] = found(tmp_path, pack)
    assert (told["kind"], told["level"]) == ("collision", "warning")
    assert "'Muhammad Rehman'" in told["what"]


def test_a_decoy_against_capitals_is_not_idle(tmp_path: Path) -> None:
    pack = SOUND + "decoys:\n  en: [ttp of things]\n"
    assert found(tmp_path, pack) == []


def test_a_corpus_tells_what_never_fires(tmp_path: Path) -> None:
    texts = corpus(tmp_path, "A raid by the TTP.", "Another raid.")

    told = found(tmp_path, SOUND, "--corpus", texts)

    assert Counter(finding["kind"] for finding in told) == {
        "never-met-alias": 1,
        "never-met-phrase": 1,
        "never-met-rule": 1,
    }
    assert {finding["line"] for finding in told if finding["kind"] == "never-met-rule"} == {4}
    assert any("'Tehreek-e-Taliban Pakistan' of ttp" in finding["what"] for finding in told)


def test_a_corpus_tells_a_name_from_a_word(tmp_path: Path) -> None:
    pack = "actors:\n  - {id: a, name: Resolve, kind: organisation}\n"
    texts = corpus(tmp_path, *["They resolve to go."] * 6, "Resolve said.")

    [told] = found(tmp_path, pack, "--corpus", texts)

    assert (told["kind"], told["level"]) == ("a-word", "warning")
    assert "written small 6 of 7 times" in told["what"]


def test_a_corpus_tells_a_name_that_is_always_inside_another(tmp_path: Path) -> None:
    pack = "actors:\n  - {id: a, name: Northern Front, kind: place, aliases: {en: [Front of the North, Northern]}}\n"
    texts = corpus(tmp_path, "The Northern Front and the Front of the North.")

    [told] = found(tmp_path, pack, "--corpus", texts)

    assert told["kind"] == "hidden"
    assert "'Northern' of a loses to a longer name 1 of 1 times, as to 'Northern Front'" in told["what"]


def test_people_get_a_line_each_and_a_table(tmp_path: Path) -> None:
    found(tmp_path, "decoys:\n  en: [One Front, Two Front, Three Front]\n")
    shown = invoke("pack", "check", "--config", tmp_path, "--most", "2").stdout
    assert (
        "idle-decoy pack/desk.yaml:2 decoys.en[0]: the decoy 'One Front' holds no name of an actor; remove it" in shown
    )
    assert "Three" not in shown
    assert shown.splitlines()[-1].split() == ["note", "idle-decoy", "3", "2"]


def test_the_default_pack_has_nothing_to_warn_of() -> None:
    checked = invoke("pack", "check")
    assert checked.exit_code == 0, checked.output
