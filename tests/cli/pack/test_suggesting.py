"""`tocsin pack suggest` finds spellings of known names in a corpus."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import invoke

pytest.importorskip("rapidfuzz", reason="spellings are compared by RapidFuzz")

PACK = """\
actors:
  - id: yaqoob
    name: Mohammad Yaqoob
    kind: person
    aliases: {ur: [محمد یعقوب], ru: [Мохаммад Якуб]}
  - {id: pakistan-army, name: Pakistan Army, kind: organisation}
  - {id: jamaat-ul-ahrar, name: Jamaat-ul-Ahrar, kind: armed-group}
decoys: {en: [Mohammed Yaqub Street]}
"""


def suggested(tmp_path: Path, *texts: str, at_least: int = 1) -> list[dict[str, Any]]:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "desk.yaml").write_text(PACK, encoding="utf-8")
    corpus = tmp_path / "articles.jsonl"
    lines = [json.dumps({"id": f"article-{n}", "title": "", "text": text}) for n, text in enumerate(texts)]
    corpus.write_text("\n".join(lines), encoding="utf-8")
    ran = invoke("pack", "suggest", corpus, "--config", tmp_path, "--json", "--at-least", str(at_least))
    assert ran.exit_code == 0, ran.output
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize(
    ("text", "spelling", "actor", "language"),
    [
        ("He met Mohamad Yaqoub in Kabul.", "Mohamad Yaqoub", "yaqoob", "en"),
        ("The Jamaatul Ahrar faction said so.", "Jamaatul Ahrar", "jamaat-ul-ahrar", "en"),
        ("وزیر دفاع محمد یعقوبب نے کہا", "محمد یعقوبب", "yaqoob", "ur"),
        ("Министр Мохамад Якуб заявил.", "Мохамад Якуб", "yaqoob", "ru"),
    ],
)
def test_a_spelling_is_told_with_its_example_and_the_line_to_add(
    tmp_path: Path, text: str, spelling: str, actor: str, language: str
) -> None:
    [told] = suggested(tmp_path, text)

    assert (told["text"], told["actor_id"], told["times"], told["article"]) == (spelling, actor, 1, "article-0")
    assert told["sentence"][told["start"] :].startswith(spelling)
    assert yaml.safe_load(told["yaml"]) == [{"id": actor, "aliases": {language: [spelling]}}]


@pytest.mark.parametrize(
    "text",
    [
        "Mohammad Yaqoob spoke to the Pakistan Army.",
        "The Pakistan Navy spoke.",
        "On Mohammed Yaqub Street nobody spoke.",
        "mohamad yaqoub in small letters",
        "Mohamad. Yaqoub",
        "",
    ],
    ids=["known names", "another body", "a decoy", "no capitals", "parted by a full stop", "nothing"],
)
def test_what_is_known_or_another_is_not_told(tmp_path: Path, text: str) -> None:
    assert suggested(tmp_path, text) == []


def test_the_frequent_ones_come_first_and_the_rare_ones_not(tmp_path: Path) -> None:
    texts = [
        "Mohamad Yaqoub.",
        "Muhammad Yakoob.",
        "Muhammad Yakoob.",
        "Muhammad Yakoob.",
        "Mohamad Yaqoub.",
        "Mohamed Yaqob.",
    ]
    told = suggested(tmp_path, *texts, at_least=2)
    assert [(one["text"], one["times"]) for one in told] == [("Muhammad Yakoob", 3), ("Mohamad Yaqoub", 2)]
