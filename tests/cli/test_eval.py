"""`tocsin eval` tells how well labelled articles are tagged, what went wrong, and what a change gains and loses."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from services.backbone.errors import UnreadableRecord
from services.cli.eval.figures import Figures, macro_f1, reliability
from services.cli.eval.labels import Judged, Verdict
from tests.alerting.examples import PACK, write_folder
from tests.cli.command import invoke
from tests.conftest import SHARED

OWN = Path(__file__).resolve().parents[1] / "tagging" / "own" / "articles.jsonl"

TEXTS = [
    {"id": "one", "lang": "en", "title": "The TTP on Afghan soil", "text": "It is in Kabul too."},
    {"id": "two", "lang": "ru", "title": "Ничего", "text": "Здесь никого нет."},
    {
        "id": "three",
        "lang": "en",
        "title": "Kabul waits",
        "text": "It waits for rain. Afghan soil is dry. Afghan soil is old.",
    },
]
LABELS = [
    {"id": "one", "actors": ["ttp"], "topics": ["safe-havens"], "unsure_actors": ["kabul"]},
    {"id": "two", "actors": ["iskp"], "topics": []},
    {"id": "three", "actors": ["kabul"], "topics": []},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a pack of three actors and a topic."""
    return write_folder(tmp_path / "config", {"pack/small.yaml": PACK})


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Labels, and the articles that they are of."""
    return write(tmp_path / "gold.jsonl", LABELS), write(tmp_path / "articles.jsonl", TEXTS)


def write(path: Path, lines: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def test_figures_errors_and_their_sentences_are_told(folder: Path, files: tuple[Path, Path]) -> None:
    gold, articles = files
    told = invoke("eval", gold, "--articles", articles, "--config", folder).stdout
    assert "actors: micro P 1.000 R 0.667 F1 0.800" in told
    assert "topics: micro P 0.500 R 1.000 F1 0.667" in told
    assert re.search(r"safe-havens 0\.\d\d  three: Afghan soil is dry\.", told)
    assert re.search(r"missed: 1\n  iskp  two: Ничего", told)
    assert not re.search(r"kabul .*one:", told), "what labellers were unsure of is not counted"


def test_each_language_and_each_id_has_its_figures(folder: Path, files: tuple[Path, Path]) -> None:
    gold, articles = files
    result = json.loads(invoke("eval", gold, "--articles", articles, "--json", "--config", folder).stdout)
    actors = result["summary"]["actors"]
    assert {language: of["f1"] for language, of in actors["by_language"].items()} == {"en": 1.0, "ru": 0.0}
    assert {name: (of["right"], of["extra"], of["missed"]) for name, of in actors["by_id"].items()} == {
        "iskp": (0, 0, 1),
        "kabul": (1, 0, 0),
        "ttp": (1, 0, 0),
    }


def test_a_change_is_told_by_what_it_gains_and_loses(tmp_path: Path, folder: Path, files: tuple[Path, Path]) -> None:
    gold, articles = files
    actors = [PACK["actors"][0], {"id": "iskp", "name": "Никого", "kind": "armed-group"}]
    changed = write_folder(tmp_path / "changed", {"pack/small.yaml": PACK | {"actors": actors}})
    kept = tmp_path / "kept.json"
    kept.write_text(invoke("eval", gold, "--articles", articles, "--json", "--config", folder).stdout, "utf-8")

    for before in (folder, kept):
        told = invoke("eval", gold, "--articles", articles, "--config", changed, "--compare", before).stdout
        difference = told[told.index("against ") :]
        assert "actors: F1 0.800 -> 0.800 (+0.000)" in difference
        assert "gained iskp: two (was missed)" in difference
        assert "lost kabul: three (missed)" in difference
        assert "topics: F1 0.667 -> 0.667" in difference


@pytest.mark.parametrize(
    ("line", "what"),
    [('{"actors": []}', r"gold\.jsonl:1: id Field required"), ('{"id": "elsewhere"}', "go together by their id")],
    ids=["a label without an id", "no label has a text"],
)
def test_labels_that_do_not_fit_are_told_with_their_fix(tmp_path: Path, folder: Path, line: str, what: str) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(line + "\n", encoding="utf-8")
    result = invoke("eval", gold, "--articles", write(tmp_path / "a.jsonl", TEXTS), "--config", folder)
    assert isinstance(result.exception, UnreadableRecord)
    assert re.search(what, str(result.exception))


def test_what_is_no_kept_result_is_told(tmp_path: Path, folder: Path, files: tuple[Path, Path]) -> None:
    gold, articles = files
    result = invoke("eval", gold, "--articles", articles, "--config", folder, "--compare", gold)
    assert "keep one with: tocsin eval ... --json > FILE" in str(result.exception)


def test_labels_without_a_text_are_counted_apart(tmp_path: Path, folder: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", [*LABELS, {"id": "four", "actors": ["ttp"]}])
    told = invoke("eval", gold, "--articles", write(tmp_path / "a.jsonl", TEXTS), "--config", folder).stdout
    assert "1 labels have no text and are left out" in told
    assert "actors: micro P 1.000 R 0.667" in told


def test_confidence_is_compared_with_what_was_right() -> None:
    bins = reliability([judged("right", 0.95), judged("extra", 0.91), judged("right", 1.0), judged("extra", 0.42)])
    assert [(one.least, one.told, round(one.right, 2)) for one in bins] == [(0.4, 1, 0.0), (0.9, 3, 0.67)]


def judged(verdict: Verdict, confidence: float) -> Judged:
    return Judged(article="a", language="en", what="topics", id="x", verdict=verdict, confidence=confidence)


def test_ids_of_few_labels_are_not_in_the_macro_average() -> None:
    macro, ids = macro_f1([Figures(3, 0, 0), Figures(1, 2, 2), Figures(0, 5, 2)])
    assert macro == pytest.approx((1 + 1 / 3) / 2)
    assert ids == 2


def test_it_agrees_with_the_scorer_to_the_digit() -> None:
    scorer = SHARED / "tools" / "score-tagging"
    if not scorer.exists():
        pytest.skip(f"the scorer is no part of the project, and {scorer} is not there")
    tagger = shlex.join([sys.executable, "-m", "services.cli", "tag", "--json", "--input"]) + " {}"
    scored = subprocess.run(
        [sys.executable, str(scorer), "--gold", str(OWN), "--texts", str(OWN), "--command", tagger],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    ).stdout
    told = invoke("eval", OWN, "--articles", OWN).stdout
    for what in ("actors", "topics"):
        theirs = re.search(rf"{what}: (micro P .* ids)", scored)
        ours = re.search(rf"{what}: (micro P .* ids)", told)
        assert theirs is not None
        assert ours is not None
        assert ours[1] == theirs[1]
