"""`tocsin check` names file, line, path and fix of all that is wrong with a folder."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.alerting.match.load import load_watches
from services.alerting.match.meet import match_watches
from services.backbone.settings import DEFAULT_CONFIG
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.alerting.examples import article, write_folder
from tests.cli.command import invoke, run
from tests.readme import yaml_of

SOUND = {
    "pack/small.yaml": """\
actors:
  - {id: ttp, name: Tehreek-e-Taliban Pakistan, kind: armed-group, aliases: {en: [TTP]}}
  - {id: kabul, name: Kabul, kind: place}
topics:
  - id: safe-havens
    name: Safe havens
    rules:
      - {weight: 2, any: [Afghan soil]}
""",
    "watches/desk.yaml": "watches:\n  - {id: ttp, any: [{actor: ttp}], channels: [screen]}\n",
    "sources/feeds.yaml": "sources:\n  - {id: news, name: News, url: https://news.example/rss.xml}\n",
    "tocsin.yaml": "channels:\n  - {id: screen, type: terminal}\ndefault_channels: [screen]\n",
}


def defects(folder: Path) -> list[dict[str, Any]]:
    checked = invoke("check", "--config", folder, "--json")
    found = [json.loads(line) for line in checked.stdout.splitlines()]
    assert checked.exit_code == (1 if found else 0)
    return found


def test_a_sound_folder_has_none(tmp_path: Path) -> None:
    assert defects(write_folder(tmp_path, SOUND)) == []


def case(name: str, file: str, text: str, line: int, path: str, what: str, fix: str) -> Any:
    return pytest.param(file, text, line, path, what, fix, id=name)


WATCH, PACK, SOURCE, CHANNEL = "watches/more.yaml", "pack/wider.yaml", "sources/more.yaml", "tocsin.yaml"


@pytest.mark.parametrize(
    ("file", "text", "line", "path", "what", "fix"),
    [
        case("a tab", WATCH, "watches:\n\t- id: a\n", 2, "", "not YAML", "check the indentation"),
        case("an open bracket", PACK, "actors:\n  - {id: a, name: [x}\n", 2, "", "not YAML", "check the indentation"),
        case("a key of a watch", WATCH, "watches:\n  - id: a\n    anyy: [x-ray]\n", 3, "watches[0].anyy",
             "unknown key 'anyy'", "did you mean 'any'?"),
        case("a key of a source", SOURCE,
             "sources:\n  - id: a\n    name: A\n    url: https://a.example/\n    lang: en\n",
             5, "sources[0].lang", "unknown key 'lang'", "did you mean 'language'?"),
        case("a key of an actor", PACK,
             "actors:\n  - id: a\n    name: Ansar\n    kind: place\n    alias: {en: [Ans]}\n",
             5, "actors[0].alias", "unknown key 'alias'", "did you mean 'aliases'?"),
        case("a key of a channel", CHANNEL, "channels:\n  - id: screen\n    type: terminal\n    retry_second: [1]\n",
             4, "channels[0].retry_second", "unknown key 'retry_second'", "did you mean 'retry_seconds'?"),
        case("a key of a file", WATCH, "watch:\n  - id: a\n", 1, "watch", "unknown key 'watch'", "'watches'?"),
        case("an actor in a watch", WATCH, "watches:\n  - id: a\n    any:\n      - x-ray\n      - {actor: tpp}\n",
             5, "watches[0].any[1]", "unknown actor 'tpp'", "did you mean 'ttp'?"),
        case("an actor in a rule", PACK,
             "topics:\n  - id: a\n    name: A\n    rules:\n      - weight: 2\n        all: [{actor: kabull}]\n",
             6, "topics[0].rules[0].all[0]", "unknown actor 'kabull'", "did you mean 'kabul'?"),
        case("the actor above another", PACK, "actors:\n  - {id: a, name: Ansar, kind: place,\n     part_of: kabbul}\n",
             3, "actors[0].part_of", "unknown actor 'kabbul'", "did you mean 'kabul'?"),
        case("a topic in a watch", WATCH, "watches:\n  - id: a\n    all: [{topic: safe-heavens}]\n",
             3, "watches[0].all[0]", "unknown topic 'safe-heavens'", "did you mean 'safe-havens'?"),
        case("an actor twice", PACK, "actors:\n  - name: Kabul city\n    kind: place\n    id: kabul\n",
             4, "actors[0].id", "'kabul' is defined twice", "rename one"),
        case("a source twice", SOURCE, "sources:\n  - name: A\n    url: https://a.example/\n    id: news\n",
             4, "sources[0].id", "'news' stands twice, first at sources/feeds.yaml:2", "rename or remove one"),
        case("a watch twice", WATCH, "watches:\n  - any: [x-ray]\n    id: ttp\n",
             3, "watches[0].id", "'ttp' stands twice, first at watches/desk.yaml:2", "rename or remove one"),
        case("a watch for nothing", WATCH, "watches:\n  - id: a\n    none: [x-ray]\n",
             2, "watches[0]", "can never be met", "list terms under any: or all:"),
        case("a watch against itself", WATCH,
             "watches:\n  - id: a\n    all: [{actor: ttp}]\n    none: [{actor: ttp}]\n",
             3, "watches[0].all[0]", "can never be met", "remove it from one of the two"),
        case("an alias too short", PACK,
             "actors:\n  - id: a\n    name: Ansar\n    kind: place\n    aliases:\n      en: [An]\n",
             6, "actors[0].aliases.en[0]", "'An' is too short", "write a longer form"),
        case("an alias too common", PACK,
             "actors:\n  - id: a\n    name: Ansar\n    kind: place\n    aliases:\n      en: [Ansar city, Said]\n",
             6, "actors[0].aliases.en[1]", "'Said' is too common", "write a longer form"),
        case("a phrase too common", WATCH, "watches:\n  - id: a\n    any: [said]\n",
             3, "watches[0].any[0]", "'said' is too common", "write a longer form"),
        case("a channel of a watch", WATCH, "watches:\n  - id: a\n    any: [x-ray]\n    channels: [sceen]\n",
             4, "watches[0].channels[0]", "unknown channel 'sceen'", "did you mean 'screen'?"),
        case("a default channel", CHANNEL,
             "channels:\n  - {id: screen, type: terminal}\ndefault_channels: [pager]\n",
             3, "default_channels[0]", "unknown channel 'pager'", "describe it in tocsin.yaml under channels"),
        case("a source's address without a scheme", SOURCE,
             "sources:\n  - id: a\n    name: A\n    url: a.example/rss\n",
             4, "sources[0].url", "without http:// or https://", "write it like https://"),
        case("a source's address of a file", SOURCE, "sources:\n  - id: a\n    name: A\n    url: file:///etc/hosts\n",
             4, "sources[0].url", "begins with file://", "only http and https are read"),
        case("a webhook's address", CHANNEL,
             "channels:\n  - id: screen\n    type: webhook\n    secret: {env: S}\n    url: desk.example\n",
             5, "channels[0].url", "not an address", "write it like https://"),
        case("a webhook's address in a private network", CHANNEL,
             "channels:\n  - id: screen\n    type: webhook\n    secret: {env: S}\n    url: http://10.1.2.3/\n",
             5, "channels[0].url", "10.1.2.3", "permit it with allow_networks"),
        case("a template that reaches for Python", CHANNEL,
             "channels:\n  - id: screen\n    type: terminal\n    templates:\n      text: '{{ title.__class__ }}'\n",
             4, "channels[0].templates", "templates.text:1", "see the names that a template may use"),
        case("a route to nowhere", CHANNEL,
             "channels:\n  - {id: screen, type: terminal}\nroutes:\n  - {match: {owner: a}, channels: [sceen]}\n",
             4, "routes[0].channels[0]", "unknown channel 'sceen'", "did you mean 'screen'?"),
    ],
)  # fmt: skip
def test_a_defect_is_told_with_its_place_and_its_fix(
    tmp_path: Path, file: str, text: str, line: int, path: str, what: str, fix: str
) -> None:
    [told] = defects(write_folder(tmp_path, {**SOUND, file: text}))

    assert (told["file"], told["line"], told["path"]) == (file, line, path)
    assert what in told["what"]
    assert fix in told["fix"]


def test_all_defects_of_all_files_are_told_at_once_each_in_a_line_for_people(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "a [desk]",
        {
            **SOUND,
            "pack/broken.yaml": "actors: {\n",
            "pack/wider.yaml": "actors:\n  - {id: a, name: A b, kind: city}\n",
            "watches/more.yaml": "watches:\n  - id: a\n    any: [said]\n    channels: [sceen]\n",
            "sources/more.yaml": "sources:\n  - {id: a, url: a.example}\n",
            "tocsin.yaml": "channels:\n  - {id: screen, type: terminal}\n  - {id: screen, type: terminal}\n",
        },
    )

    checked = run("check", "--config", folder)

    *told, summary = checked.stdout.splitlines()
    assert sorted(line.split(": ")[0] for line in told) == [
        "pack/broken.yaml:2",
        "pack/wider.yaml:2 actors[0].kind",
        "sources/more.yaml:2 sources[0]",
        "sources/more.yaml:2 sources[0].url",
        "tocsin.yaml:3 channels[1].id",
        "watches/more.yaml:3 watches[0].any[0]",
    ]
    assert all("; " in line for line in told), "each has a fix"
    assert (
        summary == f"{folder}: 6 defects in 1 file of settings, 2 files of sources, 2 files of watches, "
        "no files of silences, no files of access, 3 files of pack"
    )
    assert (checked.returncode, checked.stderr) == (1, "")


def test_further_folders_and_silences_are_checked_too(tmp_path: Path) -> None:
    team = {"team/a.yaml": "watches:\n  - {id: a, any: [{actor: tpp}]}\n"}
    further = {"tocsin.yaml": f"watch_folders: [team, nowhere]\n{SOUND['tocsin.yaml']}"}
    silences = {"silences/a.yaml": "silences:\n  - {id: a}\n"}
    told = defects(write_folder(tmp_path, {**SOUND, **further, **team, **silences}))

    assert [(each["file"], each["what"]) for each in told if each["file"] != "silences/a.yaml"] == [
        ("tocsin.yaml", "no such folder: 'nowhere'"),
        ("team/a.yaml", "unknown actor 'tpp'"),
    ]
    assert any(each["file"] == "silences/a.yaml" for each in told)


def test_a_folder_that_is_not_there_is_a_defect_too(tmp_path: Path) -> None:
    [told] = defects(tmp_path / "nowhere")
    assert told["what"] == "no such folder"
    assert "--config" in told["fix"]


def test_the_default_folder_is_sound() -> None:
    checked = run("check")
    assert checked.returncode == 0
    assert "no defects" in checked.stdout


def test_a_new_watched_entity_is_five_lines_as_the_readme_shows_them(tmp_path: Path) -> None:
    entity = yaml_of("actors")
    assert len(entity.splitlines()) == 5
    folder = Path(shutil.copytree(DEFAULT_CONFIG, tmp_path / "config"))
    write_folder(
        folder,
        {
            "pack/example.yaml": entity,
            "watches/example.yaml": yaml_of("watches"),
            "sources/example.yaml": yaml_of("sources"),
            "tocsin.yaml": yaml_of("channels"),
        },
    )
    assert defects(folder) == []

    engine, watches = load_engine(folder), load_watches(folder)

    def met_by(title: str) -> set[str]:
        mentions = match_watches(tag(article(title, "A text."), engine), watches, datetime.now(UTC))
        return {mention.watch.id for mention in mentions}

    tagged = tag(article("The Example Front speaks", "مثالی محاذ"), engine)
    assert [actor.id for actor in tagged.actors] == ["example-front"]
    assert [evidence.words for evidence in tagged.actors[0].evidence] == ["Example Front", "مثالی محاذ"]
    assert met_by("The Example Front speaks") == {"example-front"}
    assert met_by("What the front's spokesman said") == {"example-front"}
    assert met_by("How to paint the Example Front door") == set()
    assert watches.topics == {"example-desk"}
