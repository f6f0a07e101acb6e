"""`access/*.yaml`: what cannot be read lets nobody in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.alerting.api.tokens import Reach, Token, TokensReader, check_access, fingerprint, load_tokens, new_token
from services.backbone.errors import ConfigurationError
from tests.alerting.examples import write_folder

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SHA = "0" * 64


def written(id_: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "sha256": SHA, "scopes": ["read"], "all": True, **more}


def test_tokens_of_all_files_are_known_with_their_places(tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        {
            "access/desk.yaml": {"tokens": [written("one")]},
            "access/more/guests.yaml": {"tokens": [written("two"), written("three")]},
            "access/.swap.yaml": "half writ",
        },
    )
    tokens = load_tokens(tmp_path)
    assert [token.id for token in tokens.listed] == ["one", "two", "three"]
    assert str(tokens.places["three"]).startswith("access/more/guests.yaml:")
    assert tokens.refused == ()
    assert load_tokens(tmp_path).digest == tokens.digest


def test_what_is_wrong_is_told_with_its_file_line_and_fix(tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        {
            "access/a.yaml": f"tokens:\n  - {{id: twice, sha256: '{SHA}', scopes: [read], all: true}}\n",
            "access/desk.yaml": f"""tokens:
  - id: twice
    sha256: '{SHA}'
    scopes: [read]
    all: true
  - id: typo
    sha256: '{SHA}'
    scopes: [reed]
    all: true
  - id: nothing
    sha256: '{SHA}'
    scopes: [feed]
  - id: both
    sha256: '{SHA}'
    scopes: [feed]
    all: true
    owners: [kabul]
  - id: plain
    sha256: tcs_plain_secret
    scopes: []
    watchs: [kabul]
  - id: idle
    sha256: '{SHA}'
    scopes: []
    all: true
""",
            "access/no.yaml": "tokens: [\n",
        },
    )
    told = [str(defect) for defect in check_access(tmp_path)]
    for line, words in (
        ("access/desk.yaml:2 tokens[0].id", "'twice' stands twice, first at access/a.yaml:2"),
        ("access/desk.yaml:8 tokens[1].scopes[0]", "'read', 'respond' or 'feed'"),
        ("access/desk.yaml:10 tokens[2]", "reaches nothing; write watches: [...]"),
        ("access/desk.yaml:13 tokens[3]", "all: true beside watches or owners; keep one"),
        ("access/desk.yaml:19 tokens[4].sha256", "pattern"),
        ("access/desk.yaml:21 tokens[4].watchs", "did you mean 'watches'?"),
        ("access/desk.yaml:22 tokens[5]", "for nothing; write scopes: [read]"),
        ("access/no.yaml:2", "not YAML"),
    ):
        assert any(each.startswith(line) and words in each for each in told), (line, words, told)
    assert "secret" not in " ".join(told)
    assert [token.id for token in load_tokens(tmp_path).listed] == ["twice"]


def test_a_token_that_is_broken_lets_nobody_in_any_more(tmp_path: Path) -> None:
    reader = TokensReader(tmp_path)
    write_folder(tmp_path, {"access/desk.yaml": {"tokens": [written("one"), written("two")]}})
    assert reader().by_id("one") is not None
    write_folder(tmp_path, {"access/desk.yaml": {"tokens": [written("one", expires="soon"), written("two")]}})
    tokens = reader()
    assert tokens.by_id("one") is None
    assert tokens.by_id("two") is not None
    assert len(tokens.refused) == 1


def test_a_file_that_is_none_shuts_nobody_out_and_once_mended_counts_again(tmp_path: Path) -> None:
    reader = TokensReader(tmp_path)
    write_folder(
        tmp_path, {"access/a.yaml": {"tokens": [written("one")]}, "access/b.yaml": {"tokens": [written("two")]}}
    )
    before = reader()
    write_folder(tmp_path, {"access/a.yaml": "tokens: [", "access/b.yaml": {"tokens": []}})
    broken = reader()
    assert [token.id for token in broken.listed] == ["one"]
    assert broken.refused
    assert reader().by_id("one") == before.by_id("one"), "for as long as it takes"
    write_folder(tmp_path, {"access/b.yaml": {"tokens": [written("one", scopes=["feed"])]}})
    assert [token.scopes for token in reader().listed] == [("feed",)], "it moved to a file that can be read"
    write_folder(tmp_path, {"access/a.yaml": {"tokens": [written("three")]}, "access/b.yaml": {"tokens": []}})
    assert [token.id for token in reader().listed] == ["three"]
    assert load_tokens(tmp_path).refused == ()


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such folder"):
        load_tokens(tmp_path / "nowhere")
    assert check_access(tmp_path / "nowhere")


def test_a_token_is_made_of_chance_and_only_its_fingerprint_is_kept() -> None:
    one, sha256 = new_token("kabul-desk")
    other, _ = new_token("kabul-desk")
    assert one != other
    assert one.startswith("tcs_kabul-desk_")
    assert len(one.removeprefix("tcs_kabul-desk_")) == 43
    assert fingerprint(one) == sha256
    assert sha256 not in repr(Token.model_validate(written("x", sha256=sha256)))


@pytest.mark.parametrize(
    ("more", "at", "valid"),
    [
        ({}, NOW, True),
        ({"expires": NOW}, NOW - timedelta(seconds=1), True),
        ({"expires": NOW}, NOW, False),
        ({"revoked": NOW}, NOW - timedelta(days=1), False),
    ],
    ids=["without an end", "a second before its end", "at its end", "once it is revoked"],
)
def test_a_token_is_valid_until_its_end(more: dict[str, Any], at: datetime, valid: bool) -> None:
    assert Token.model_validate(written("one", **more)).is_valid(at) is valid


@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        (Reach(everything=True), {"kabul", "herat", "sent"}),
        (Reach(watches=frozenset({"kabul"})), {"kabul"}),
        (Reach(owners=frozenset({"north"})), {"herat", "sent"}),
        (Reach(watches=frozenset({"kabul"}), owners=frozenset({"north"})), {"kabul", "herat", "sent"}),
        (Reach(), set()),
    ],
)
def test_a_token_sees_its_watches_and_those_of_its_owners(reach: Reach, seen: set[str]) -> None:
    owners = {"kabul": None, "herat": "north", "sent": "north"}
    assert {watch for watch, owner in owners.items() if reach.includes(watch, owner)} == seen
