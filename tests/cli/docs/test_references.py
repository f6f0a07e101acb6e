"""The references say all that there is, and only what there is."""

import re

import pytest

from schemas import Alert
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import TOPICS
from services.cli.docs.commands import commands_page, described
from services.cli.docs.configuration import PARTS, configuration_page, variables
from services.cli.docs.events import events_page
from services.cli.docs.flow import ENDS
from services.cli.docs.limits import limits_page
from services.cli.docs.markdown import anchor, table
from services.ingestion.sources import WrittenSource
from tests.cli.command import invoke


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the tables under a heading, by their first cell."""
    section = re.split(r"^#+ ", page.split(f"# {heading}\n", 1)[1], flags=re.MULTILINE)[0]
    lines = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in section.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells[1:] for cells in lines}


def test_every_key_of_every_model_stands_in_its_section() -> None:
    page = configuration_page()
    for section in (section for sections in PARTS.values() for section in sections if section.model is not None):
        assert section.model is not None
        own = {field.alias or name for name, field in section.model.model_fields.items()}
        shown = rows(page, section.title).keys()
        common = set() if section.beside is None else set(section.beside.model_fields)
        assert shown <= own
        assert own - shown <= common


def test_a_key_is_told_with_what_it_takes_its_default_and_its_meaning() -> None:
    told = rows(configuration_page(), "A source")
    assert told["id"][:2] == ["id", "**needed**"]
    assert told["tier"][:2] == ["whole number, 1 to 3", "`2`"]
    assert told["interval"][:2] == ["duration", "`10m`"]
    assert told["kind"][:2] == ["`feed`, `sitemap`, `page`, `folder` or `push`", "`feed`"]
    assert all(cells[-1] for cells in told.values()), "every key says what it means"
    assert told.keys() == WrittenSource.model_fields.keys()


def test_no_default_is_of_the_machine_that_made_the_page() -> None:
    told = rows(configuration_page(), "The process")
    assert told["TOCSIN_CONFIG"][1] == "`deploy/config`"
    assert told["TOCSIN_INSTANCE"][1] == "host's name"


def test_every_variable_is_there() -> None:
    page = configuration_page()
    told = rows(page, "The process") | rows(page, "The broker")
    assert told.keys() == set(variables())
    assert len(told) == len(Settings.model_fields) - 1 + len(KafkaSettings.model_fields)
    assert all(cells[-1] for cells in told.values())


def test_every_topic_has_two_ends_and_a_section() -> None:
    page = events_page()
    names = {*(topic.name for topic in TOPICS), "alerts.{name}"}
    assert names == ENDS.keys()
    assert all(f"### Topic {name}\n" in page for name in names)


def test_every_event_has_its_fields_and_an_example() -> None:
    page = events_page()
    for model in {model for topic in TOPICS for model in topic.models}:
        assert rows(page, model.__name__).keys() == model.model_fields.keys()
        section = page.split(f"### {model.__name__}\n", 1)[1].split("\n### ", 1)[0]
        [example] = re.findall(r"^```json\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        assert model.model_validate_json(example)
    assert rows(page, "Alert")["action"][0] == "`ring` or `update`"
    assert Alert.model_fields["action"].description is not None


def test_every_command_is_told_as_its_help_tells_it() -> None:
    page = commands_page()
    for path, command in described():
        if not getattr(command, "commands", None):
            options = {cells for cells in rows(page, path) if cells.startswith("-")}
            own = {each.opts[0] for each in command.params if each.param_type_name == "option" and each.name != "help"}
            assert {option.split("`")[0] for option in options} == own, path


@pytest.mark.parametrize("path", ["source add", "alerts tail", "run"])
def test_the_words_are_those_of_the_command(path: str) -> None:
    help_ = " ".join(re.sub(r"[^\w-]+", " ", invoke(*path.split(), "--help").stdout).split())
    for option, cells in rows(commands_page(), f"tocsin {path}").items():
        if option.startswith("-") and cells[-1]:
            assert re.sub(r"[^\w-]+", " ", cells[-1]).strip() in help_


def test_limits_are_the_figures_that_hold() -> None:
    page = limits_page()
    assert rows_of(page, "body of a request") == "8 MiB"
    assert rows_of(page, "one fetch") == "30s"
    assert rows_of(page, "attempts of a message") == "8"
    assert rows_of(page, "`allow_networks`") == "/8 or narrower (IPv4), /7 (IPv6)"


def rows_of(page: str, what: str) -> str:
    """The bound of one thing."""
    [line] = [line for line in page.splitlines() if line.startswith(f"| {what} |")]
    return line.split(" | ")[1]


def test_a_table_is_not_broken_by_what_stands_in_it() -> None:
    assert table(("a",), [("one | two\nthree",)]) == "| a |\n| --- |\n| one \\| two three |\n"
    assert table(("a",), [("x* and y* of <b>, `<c>*|d`, **needed**",)]).splitlines()[2] == (
        "| x\\* and y\\* of &lt;b>, `<c>*\\|d`, **needed** |"
    )


@pytest.mark.parametrize(
    ("title", "link"),
    [
        ("Terms and clauses", "terms-and-clauses"),
        ("Topic alerts.{name}", "topic-alertsname"),
        ("tocsin run", "tocsin-run"),
    ],
)
def test_an_anchor_is_made_as_readers_of_markdown_make_it(title: str, link: str) -> None:
    assert anchor(title) == link
