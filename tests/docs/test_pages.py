"""What the pages say to type, to write and to click is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from services.alerting.notify.filters import FILTERS
from services.alerting.notify.template import NAMES
from services.backbone.metrics_document import metrics
from services.cli.check import defects_of
from services.cli.docs.configuration import variables
from tests.alerting.examples import SECRET
from tests.docs.command_line import fault_of, ours
from tests.docs.pages import DOCS, PAGES, ROOT, blocks, commands_in_prose, console_commands, headings, links, name_of

ABOUT = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
"""Pages for those who use Tocsin."""
PARTS = {
    "tocsin.yaml": {
        *("channels", "default_channels", "trouble_channels"),
        *("routes", "inhibitions", "watch_folders"),
    },
    "sources": {"sources"},
    "watches": {"watches", "owner", "defaults"},
    "silences": {"silences"},
    "access": {"tokens"},
    "pack": {"actors", "aliases", "decoys", "concepts", "topics", "extends", "remove"},
}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [
        f"{path.name}#{part}"
        for path, part in links(page)
        if not path.exists() or (part and part not in headings(path))
    ]
    assert broken == []


@pytest.mark.parametrize("page", ABOUT, ids=name_of)
def test_no_two_headings_of_a_page_are_the_same(page: Path) -> None:
    assert len(headings(page)) == len(set(headings(page)))


def test_every_page_is_reached_from_the_index() -> None:
    seen, ahead = set[Path](), [DOCS / "index.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or not page.is_relative_to(DOCS) or not page.exists():
            continue
        seen.add(page)
        ahead += [path for path, _ in links(page) if path.suffix == ".md"]
        ahead += [inner for path, _ in links(page) if path.is_dir() for inner in path.glob("*.md")]
    assert {*DOCS.rglob("*.md")} <= seen


@pytest.mark.parametrize("page", ABOUT, ids=name_of)
def test_every_command_is_one(page: Path) -> None:
    typed = [(command, ours(command), True) for command in console_commands(page)]
    told = [(command, ours(command), False) for command in commands_in_prose(page)]
    faults = {
        command: fault
        for command, words, whole in typed + told
        if words is not None and (fault := fault_of(_one_of_each(words), whole=whole)) is not None
    }
    assert faults == {}


def _one_of_each(words: list[str]) -> list[str]:
    """`a|b|c` is any of them."""
    return [word.partition("|")[0] for word in words]


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("tocsin watch ad NAME", "tocsin watch has no command ad"),
        ("tocsin watches add NAME", "there is no such command"),
        ("tocsin source add", "tocsin source add needs more arguments than []"),
        ("tocsin watch add NAME --severe high", "tocsin watch add has no option --severe"),
        ("docker compose run --rm cli why WATCH", "tocsin why needs more arguments than ['WATCH']"),
        ("docker compose exec notify tocsin channel test", "tocsin channel test needs more arguments than []"),
        ("tocsin token add NAME", "tocsin token add needs ['scope']"),
        ("tocsin silence expire ID", None),
    ],
)
def test_a_command_that_is_none_is_found(command: str, fault: str | None) -> None:
    words = ours(command)
    assert words is not None
    assert fault_of(words) == fault


def written(page: Path) -> Iterator[tuple[str, str]]:
    """Each YAML block that is a part of the configuration, with the part."""
    for block in blocks(page, "yaml"):
        keys = set(yaml.safe_load(block) or ())
        yield from ((part, block) for part, known in PARTS.items() if keys and keys <= known)


@pytest.mark.parametrize("page", [page for page in ABOUT if any(written(page))], ids=name_of)
def test_what_is_shown_to_be_written_is_sound(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DESK_HOOK_SECRET": SECRET,
        "DESK_CHAT_URL": "ntfys://example-topic",
        "WIRE_TOKEN": "0123456789abcdef01234567",
        "INSIDE_KEY": "0123456789abcdef",
    }.items():
        monkeypatch.setenv(name, value)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    front = "actors: [{id: example-front, name: Example Front, kind: armed-group}]\n"
    shown = list(written(page))
    if "id: example-front\n    name" not in "".join(block for _, block in shown):
        (tmp_path / "pack").mkdir()
        (tmp_path / "pack" / "front.yaml").write_text(front, encoding="utf-8")
    (tmp_path / "pack").mkdir(exist_ok=True)
    (tmp_path / "pack" / "default.yaml").write_text("extends: default\n", encoding="utf-8")
    for number, (part, block) in enumerate(shown):
        path = tmp_path / (part if part == "tocsin.yaml" else f"{part}/{number}.yaml")
        assert not path.exists(), "one page shows two of these; divide it"
        path.parent.mkdir(exist_ok=True)
        for name in re.findall(r"/run/secrets/([\w./-]+)", block):
            (secrets / name).parent.mkdir(exist_ok=True)
            (secrets / name).write_text(SECRET, encoding="utf-8")
        path.write_text(block.replace("/run/secrets/", f"{secrets}/"), encoding="utf-8")
    assert [str(defect) for defect in defects_of(tmp_path)] == []


def test_every_part_of_the_configuration_is_shown() -> None:
    assert {part for part, _ in written(DOCS / "configuration.md")} == PARTS.keys()


@pytest.mark.parametrize("page", ABOUT, ids=name_of)
def test_every_variable_and_metric_that_is_named_is_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"\bTOCSIN_[A-Z_]*[A-Z]\b(?!_?\*)", text))
    assert {name for name in named if name not in known_variables()} == set()
    measured = set(re.findall(r"\btocsin_[a-z_]*[a-z]\b", text))
    assert {name for name in measured if re.sub(r"_(bucket|sum|count)$", "", name) not in known_metrics()} == set()


def known_variables() -> set[str]:
    """Of Tocsin itself, of a command's environment, and of the compose file."""
    command = (ROOT / "services/alerting/notify/channels/command.py").read_text(encoding="utf-8")
    compose = [path.read_text(encoding="utf-8") for path in (ROOT / "deploy" / "compose").glob("*")]
    compose.append((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    example = (ROOT / "deploy/examples/curl/stream.sh").read_text(encoding="utf-8")
    elsewhere = "\n".join([command, example, *compose])
    return {*variables(), *re.findall(r"\bTOCSIN_[A-Z_]+\b", elsewhere)}


def known_metrics() -> set[str]:
    """As `/metrics` names them, and without `_total` as the client library does."""
    return {name for each in metrics() for name in (each.name, each.name.removesuffix("_total"))}


def test_every_name_and_filter_of_templates_is_told() -> None:
    text = (DOCS / "channels.md").read_text(encoding="utf-8").split("## Templates")[1]
    told = set(re.findall(r"`([a-z_]+)(?:\([0-9]+\))?`", text))
    assert told >= NAMES
    assert {name for filters in FILTERS.values() for name in filters} <= told


def test_the_subscriber_is_the_one_that_the_readme_shows_and_that_is_run() -> None:
    assert blocks(DOCS / "subscribing.md", "python") == blocks(ROOT / "README.md", "python")


def test_the_networks_are_those_of_the_compose_file() -> None:
    text = (DOCS / "security.md").read_text(encoding="utf-8")
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    apart = [name for name, service in services.items() if "inside" not in service["networks"]]
    assert apart == ["grafana"]
    for network in ("outside", "front"):
        [row] = re.findall(rf"^\| `{network}` \| (.*?) \|", text, re.MULTILINE)
        assert set(re.findall(r"`([\w-]+)`", row)) == {
            name for name, service in services.items() if network in service["networks"]
        }
    [who] = re.findall(r"Compose hands them over as files, to\s(.*?) only", text, re.DOTALL)
    assert set(re.findall(r"`([\w-]+)`", who)) == {name for name, service in services.items() if "secrets" in service}
