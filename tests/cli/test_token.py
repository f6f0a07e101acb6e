"""`tocsin token`: made, seen and revoked; what is written tells nobody a token."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from services.alerting.api.tokens import Reach, Token, check_access, fingerprint, load_tokens
from services.backbone.errors import ConfigurationError, TocsinError
from services.cli.adding import NotWritten
from services.cli.token_file import BadToken
from tests.alerting.examples import write_folder
from tests.cli.command import invoke

DAY = timedelta(days=1)
SHA = "0" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty configuration folder."""
    (tmp_path / "config").mkdir()
    return tmp_path / "config"


def tocsin(folder: Path, *arguments: str) -> str:
    """What it says on standard output; an error of ours is raised."""
    told = invoke("token", *arguments, "--config", folder)
    if isinstance(told.exception, TocsinError):
        raise told.exception
    assert told.exit_code == 0, told.output
    return told.stdout


def the_token(folder: Path) -> Token:
    assert check_access(folder) == []
    [token] = load_tokens(folder).listed
    return token


def test_a_token_is_printed_once_and_only_its_fingerprint_is_written(folder: Path) -> None:
    before = datetime.now(UTC)
    secret = tocsin(
        folder,
        *("add", "kabul", "--scope", "read", "--scope", "respond", "--watch", "kabul-desk", "--owner", "north"),
        *("--expires", "90d", "--note", "Farid's script: #1", "--streams", "2", "--requests-per-minute", "30"),
    ).strip()
    token = the_token(folder)
    assert token.sha256 == fingerprint(secret)
    assert token.scopes == ("read", "respond")
    assert token.reach == Reach(watches=frozenset({"kabul-desk"}), owners=frozenset({"north"}))
    assert token.expires is not None
    assert timedelta() <= token.expires - before - 90 * DAY + timedelta(seconds=1) < timedelta(minutes=1)
    assert (token.note, token.streams, token.requests_per_minute) == ("Farid's script: #1", 2, 30)
    written = (folder / "access" / "added.yaml").read_text(encoding="utf-8")
    assert secret not in written
    assert secret[-20:] not in written + tocsin(folder, "list") + tocsin(folder, "list", "--json")


def test_only_the_token_is_on_standard_output(folder: Path) -> None:
    told = invoke("token", "add", "all", "--scope", "read", "--all", "--config", folder)
    assert told.stdout.split() == [told.stdout.strip()]
    assert "shown this once" in told.stderr
    assert the_token(folder).reach == Reach(everything=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "kabul", "--scope", "read"), "reaches nothing"),
        (("add", "kabul", "--scope", "read", "--all", "--owner", "north"), "keep one of them"),
        (("add", "Kabul Desk", "--scope", "read", "--all"), "lower case letters, digits and hyphens"),
        (("add", "kabul", "--scope", "read", "--all", "--expires", "soon"), "'soon' is no moment"),
        (("add", "kabul", "--scope", "read", "--all", "--expires", "2020-01-01"), "over already"),
        (("add", "kabul", "--scope", "read", "--all", "--streams", "-1"), "greater than or equal to 0"),
        (("revoke", "kabul"), "no token has the id 'kabul'"),
    ],
)
def test_what_makes_no_token_is_told_and_nothing_is_written(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(BadToken, match=words):
        tocsin(folder, *arguments)
    assert not (folder / "access").exists()


def test_a_name_is_given_once_also_when_it_is_revoked(folder: Path) -> None:
    tocsin(folder, "add", "kabul", "--scope", "feed", "--all")
    tocsin(folder, "revoke", "kabul")
    with pytest.raises(BadToken, match=r"has the id 'kabul' already, at access/added\.yaml:2"):
        tocsin(folder, "add", "kabul", "--scope", "feed", "--all")


def test_a_watch_that_no_file_has_is_noted(folder: Path) -> None:
    write_folder(folder, {"watches/desk.yaml": {"watches": [{"id": "kabul-desk", "phrases": ["Kabul"]}]}})
    told = invoke("token", "add", "one", "--scope", "read", "--watch", "kabul-dekс", "--config", folder)
    assert isinstance(told.exception, BadToken), "letters of another alphabet make no id"
    told = invoke("token", "add", "one", "--scope", "read", "--watch", "kabul-dekk", "--config", folder)
    assert "no file has the watch 'kabul-dekk'; did you mean 'kabul-desk'?" in told.stderr


FILE = f"""# the desk's tokens
tokens:
  - id: first          # Farid
    sha256: '{SHA}'
    scopes: [read]
    all: true
  - sha256: '{SHA}'
    scopes:
      - feed
    id: second
    watches: [kabul]   # and no other
"""


@pytest.mark.parametrize("id_", ["first", "second"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_token_is_revoked_where_it_stands_and_nothing_else_changes(folder: Path, id_: str, end: str) -> None:
    path = folder / "access" / "desk.yaml"
    path.parent.mkdir()
    path.write_bytes(FILE.replace("\n", end).encode())
    before = datetime.now(UTC).replace(microsecond=0)
    assert f"{id_} is revoked, in {path}" in tocsin(folder, "revoke", id_)

    tokens = load_tokens(folder)
    assert {token.id for token in tokens.listed if not token.is_valid(datetime.now(UTC))} == {id_}
    revoked = tokens.contents[id_].revoked
    assert revoked is not None
    assert before <= revoked <= datetime.now(UTC)
    lines = path.read_bytes().decode().split(end)
    assert [line for line in lines if "revoked:" not in line] == FILE.split("\n")
    assert f"{id_} is revoked since" in tocsin(folder, "revoke", id_)


@pytest.mark.parametrize(
    "text",
    [
        f"tokens: [{{id: one, sha256: '{SHA}', scopes: [read], all: true}}]\n",
        f"tokens:\n  - {{id: one, sha256: '{SHA}', scopes: [read], all: true}}\n",
        f"tokens:\n  - id: >-\n      one\n    sha256: '{SHA}'\n    scopes: [read]\n    all: true\n",
    ],
    ids=["in one line", "an entry in one line", "an id over two lines"],
)
def test_what_cannot_be_changed_safely_is_left_and_told(folder: Path, text: str) -> None:
    path = folder / "access" / "desk.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotWritten, match=r"access/desk.yaml:\d .*write revoked: 20"):
        tocsin(folder, "revoke", "one")
    assert path.read_text(encoding="utf-8") == text


def test_a_list_that_cannot_be_added_to_is_left_and_told(folder: Path) -> None:
    flow = f"tokens: [{{id: one, sha256: '{SHA}', scopes: [read], all: true}}]\n"
    write_folder(folder, {"access/added.yaml": flow})
    with pytest.raises(ConfigurationError, match="cannot be added to"):
        tocsin(folder, "add", "two", "--scope", "read", "--all")
    assert (folder / "access" / "added.yaml").read_text(encoding="utf-8") == flow


def test_the_list_says_who_may_what_until_when_and_what_is_refused(folder: Path) -> None:
    entries = [
        {"id": "desk", "sha256": SHA, "scopes": ["read", "respond"], "watches": ["kabul"], "owners": ["north"]},
        {"id": "over", "sha256": SHA, "scopes": ["feed"], "all": True, "expires": "2020-01-01T00:00:00Z"},
        {"id": "gone", "sha256": SHA, "scopes": ["feed"], "all": True, "revoked": "2020-01-01T00:00:00Z"},
        {"id": "typo", "sha256": SHA, "scopes": ["reed"], "all": True},
    ]
    write_folder(folder, {"access/desk.yaml": yaml.safe_dump({"tokens": entries})})
    said = " ".join(tocsin(folder, "list").split())
    for words in (
        "desk read respond kabul, all of north until revoked",
        "over feed every watch ended 2020-01-01",
        "gone feed every watch revoked 2020-01-01",
        "3 tokens",
        "refused: access/desk.yaml:",
    ):
        assert words in said
    lines = [json.loads(line) for line in tocsin(folder, "list", "--json").splitlines()]
    assert [(line["id"], line["valid"]) for line in lines] == [("desk", True), ("over", False), ("gone", False)]
    assert SHA not in str(lines)
