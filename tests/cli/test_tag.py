"""`tocsin tag` shows who is named in a text and what it is about, with the words that show it."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.alerting.examples import PACK, write_folder
from tests.broker.conftest import unavailable
from tests.cli.command import TOCSIN, invoke, run, variables_with
from tests.conftest import SHARED

SENTENCE = "Kabul — officials named the TTP, and asked who uses Afghan soil. Afghan soil must not be used, they said."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a pack of three actors and a topic."""
    return write_folder(tmp_path / "config", {"pack/small.yaml": PACK})


def test_a_file_is_told_with_confidence_and_the_words(tmp_path: Path, folder: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(SENTENCE, encoding="utf-8")

    [told] = map(json.loads, invoke("tag", text, "--json", "--config", folder).stdout.splitlines())

    assert told["id"] == str(text)
    assert {actor["id"]: words(actor, SENTENCE) for actor in told["actors"]} == {"kabul": ["Kabul"], "ttp": ["TTP"]}
    assert {topic["id"]: words(topic, SENTENCE) for topic in told["topics"]} == {"safe-havens": ["Afghan soil"] * 2}
    for tag in (*told["actors"], *told["topics"]):
        assert 0 < tag["confidence"] <= 1
        assert all(evidence["fired"] for evidence in tag["evidence"])


def words(tag: dict[str, Any], text: str) -> list[str]:
    """What stands in the text where the evidence says that it does."""
    assert [evidence["field"] for evidence in tag["evidence"]] == ["text"] * len(tag["evidence"])
    found = [text[evidence["start"] : evidence["end"]] for evidence in tag["evidence"]]
    assert found == [evidence["words"] for evidence in tag["evidence"]]
    return found


@pytest.mark.parametrize("arguments", [("-",), ("--input", "-")], ids=["a text", "articles"])
def test_a_dash_is_standard_input(folder: Path, arguments: tuple[str, ...]) -> None:
    given = SENTENCE if arguments == ("-",) else json.dumps({"id": "-", "text": SENTENCE})
    told = json.loads(invoke("tag", *arguments, "--json", "--config", folder, given=given).stdout)
    assert told["id"] == "-"
    assert [actor["id"] for actor in told["actors"]] == ["kabul", "ttp"]


def test_articles_are_told_one_a_line_in_their_order(tmp_path: Path, folder: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    given = [
        {"id": "second", "title": "The TTP", "text": "", "lang": "en", "source": "more than is asked for"},
        {"id": "first", "title": "", "text": "ملا\u2028no line ends here: Kabul"},
        {"id": "second", "title": "Nobody is named"},
    ]
    lines = [json.dumps(article, ensure_ascii=False) for article in given]
    articles.write_text("\n\n".join(lines) + "\r\n", encoding="utf-8")

    told = [
        json.loads(line) for line in invoke("tag", "--input", articles, "--json", "-c", folder).stdout.split("\n")[:-1]
    ]

    assert [line["id"] for line in told] == ["second", "first", "second"]
    assert [[actor["id"] for actor in line["actors"]] for line in told] == [["ttp"], ["kabul"], []]
    assert [evidence["field"] for evidence in told[0]["actors"][0]["evidence"]] == ["title"]
    assert all(line.keys() == {"id", "actors", "topics"} for line in told)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"id": "a", "title"', "Invalid JSON"),
        ('{"title": "The TTP"}', "id Field required"),
        ('{"id": "a", "text": 7}', "text Input should be a valid string"),
        ('["a", "b"]', "should be an object"),
    ],
    ids=["cut off", "without id", "a number for a text", "no object"],
)
def test_a_bad_line_is_told_with_its_number_and_its_fix(tmp_path: Path, folder: Path, line: str, what: str) -> None:
    articles = tmp_path / "articles.jsonl"
    articles.write_text(f'{{"id": "a"}}\n\n{line}\n{{"id": "c"}}\n', encoding="utf-8")

    tagged = invoke("tag", "--input", articles, "--json", "--config", folder)

    assert len(tagged.stdout.splitlines()) == 1, "what stands before it was tagged"
    assert str(tagged.exception).startswith(f"{articles}:3: ")
    assert what in str(tagged.exception)
    assert str(tagged.exception).endswith("each line is an object with id, title and text")


def test_an_error_is_one_message_and_no_stack_trace(tmp_path: Path, folder: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    articles.write_text("no JSON\n", encoding="utf-8")

    tagged = run("tag", "--input", articles, "--config", folder)

    assert (tagged.returncode, tagged.stdout) == (1, "")
    [message] = tagged.stderr.splitlines()
    assert message.startswith(f"error: {articles}:1: Invalid JSON")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "name one text, or --input with JSON lines"),
        (("-", "--input", "-"), "name one text, or --input with JSON lines"),
        (("nowhere.txt",), "nowhere.txt cannot be read: No such file"),
        (("--input", "nowhere.jsonl"), "nowhere.jsonl cannot be read: No such file"),
        (("/",), "/ cannot be read: Is a directory"),
    ],
    ids=["neither", "both", "no such text", "no such articles", "a folder"],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], what: str) -> None:
    tagged = invoke("tag", *arguments)
    assert tagged.exit_code == 2
    assert what in tagged.stderr


def test_a_reader_that_has_seen_enough_is_no_error_to_be_shown(tmp_path: Path, folder: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    articles.write_text('{"id": "a", "text": "The TTP."}\n' * 5_000, encoding="utf-8")
    command = [*TOCSIN, "tag", "--input", str(articles), "--json", "--config", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables_with()) as tagging:
        assert tagging.stdout is not None
        assert tagging.stderr is not None
        tagging.stdout.readline()
        tagging.stdout.close()
        assert tagging.stderr.read() == b""


def test_on_a_terminal_the_names_are_highlighted_in_the_text(tmp_path: Path, folder: Path) -> None:
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLORTERM": ""}
    articles = json.dumps({"id": "a", "title": "About the TTP", "text": "Kabul is quiet. [bold]No markup[/bold]."})

    shown = invoke("tag", "--input", "-", "--config", folder, given=articles, **terminal).stdout

    assert "\x1b[1mAbout the \x1b[0m\x1b[1;31mTTP\x1b[0m" in shown, "an armed group in red"
    assert "\x1b[1;32mKabul\x1b[0m is quiet." in shown, "a place in green"
    assert "[bold]No markup[/bold]" in shown
    plain = invoke("tag", "--input", "-", "--config", folder, given=articles).stdout
    assert "\x1b" not in plain
    assert ["Tehreek-e-Taliban", "Pakistan", "armed-group"] in [line.split()[:3] for line in plain.splitlines()]


def test_the_seed_article_has_its_actors_and_topics_and_a_tip_of_the_spear_has_none(tmp_path: Path) -> None:
    seed = SHARED / "seed.txt"
    if not seed.exists():
        unavailable(f"the seed article is no part of the project, and {seed} is not there")
    texts = {
        "seed": seed.read_text(encoding="utf-8"),
        "spear": "The reading room is the tip of the spear. A tip from the curator: come early, it is quiet then.",
    }
    articles = tmp_path / "articles.jsonl"
    lines = [json.dumps({"id": name, "title": "", "text": text}) for name, text in texts.items()]
    articles.write_text("\n".join(lines), encoding="utf-8")

    tagged = run("tag", "--input", articles, "--json")

    told = {line["id"]: line for line in map(json.loads, tagged.stdout.splitlines())}
    actors = {actor["id"]: words(actor, texts["seed"]) for actor in told["seed"]["actors"]}
    assert actors.keys() >= {
        *("russia", "taliban", "pakistan", "china", "ttp", "iskp", "al-qaeda", "etim"),
        *("sergei-shoigu", "mohammad-yaqoob", "tahir-andrabi"),
    }
    assert set(actors["ttp"]) == {"Tehreek-e-Taliban Pakistan", "TTP"}
    assert "TIP" in actors["etim"]
    topics = {topic["id"]: words(topic, texts["seed"]) for topic in told["seed"]["topics"]}
    assert topics.keys() >= {"safe-havens", "military-cooperation"}
    assert "safe havens" in topics["safe-havens"]
    assert told["spear"] == {"id": "spear", "actors": [], "topics": []}


def test_reasons_are_told_for_what_stands_and_for_what_does_not(folder: Path) -> None:
    text = "Afghan soil, said the TTP. Afghan soil again. KABUL, DAESH-KHORASAN AND TTP: ALL IN CAPITALS"
    shown = invoke("tag", "-", "--explain", "--config", folder, given=text).stdout

    assert re.search(r"Tehreek-e-Taliban Pakistan +armed-group, confidence 0\.\d+, salience [\d.]+, 2 times", shown)
    assert "Safe havens  filed: score 2 of 2, confidence 0.50" in shown
    assert "+2  safe-havens[0]  in 2 sentences: Afghan soil" in shown


def test_what_hides_a_name_is_told(tmp_path: Path) -> None:
    pack = PACK | {"decoys": {"en": ["Kabul Street"]}}
    folder = write_folder(tmp_path / "decoys", {"pack/small.yaml": pack})
    shown = invoke("tag", "-", "--explain", "--config", folder, given="They met in Kabul Street and in Kabul.").stdout
    assert "'Kabul' as Kabul: under 'Kabul Street', a decoy, which names nobody" in shown
    assert "Kabul  place, confidence" in shown


def test_a_topic_that_is_not_filed_is_told_with_its_score(folder: Path) -> None:
    shown = invoke("tag", "-", "--explain", "--config", folder, given="Afghan soil is dry.").stdout
    assert "Safe havens  not filed: score 1 of 2" in shown


@pytest.mark.parametrize("explained", [(), ("--explain",)], ids=["tags", "reasons"])
def test_nothing_in_an_article_steers_the_terminal(folder: Path, explained: tuple[str, ...]) -> None:
    hostile = "The TTP\x1b[2J\x1b]0;title\x07 on Afghan\u202e soil\nand [bold]Kabul[/bold]\x9b31m. Afghan soil"
    shown = invoke("tag", "-", *explained, "--config", folder, given=hostile).stdout
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)
    assert "[bold]Kabul[/bold]" in shown


def test_reasons_are_for_people(folder: Path) -> None:
    told = invoke("tag", "-", "--explain", "--json", "--config", folder, given="The TTP")
    assert told.exit_code == 2
    assert "use it without --json" in told.stderr


NAMED = {
    "russia", "taliban", "pakistan", "china", "ttp", "iskp", "al-qaeda", "etim", "sergei-shoigu", "mohammad-yaqoob",
    "tahir-andrabi", "afghanistan", "bla", "central-asia", "south-asia", "united-nations", "pakistan-foreign-office",
}  # fmt: skip
MAY_BE_NAMED = {"russian-security-council"}
FILED = {
    "safe-havens", "military-cooperation", "counter-terror-diplomacy", "human-rights-abuse", "militant-linkages",
    "terror-attack", "bilateral-diplomacy", "infrastructure-connectivity", "foreign-investment",
    "extremist-recruitment", "terror-financing", "insurgency-separatism",
}  # fmt: skip


def test_the_seed_article_is_filed_as_a_desk_would_and_nothing_is_told_that_is_not_there() -> None:
    seed = SHARED / "seed.txt"
    if not seed.exists():
        pytest.skip(f"the seed article is no part of the project, and {seed} is not there")
    told = json.loads(invoke("tag", seed, "--json").stdout)
    assert {actor["id"] for actor in told["actors"]} - MAY_BE_NAMED == NAMED
    assert {topic["id"] for topic in told["topics"]} == FILED
