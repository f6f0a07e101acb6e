"""The user's files over the shipped pack: what is added, changed and switched off, and what of it cannot be."""

from pathlib import Path

import pytest

from services.backbone import layers as backbone_layers
from services.backbone.errors import ConfigurationError
from services.backbone.live import Live
from services.tagging.pack import load_engine, load_pack
from tests.tagging.layer_files import tags, write

SHIPPED = """\
actors:
  - id: ttp
    name: Tehreek-e-Taliban Pakistan
    kind: armed-group
    part_of: taliban
    aliases: {en: [TTP, {text: Tehrik Taliban, variants: true}], ur: [تحریک طالبان]}
  - {id: taliban, name: Taliban, kind: armed-group}
  - id: yaqoob
    name: Mohammad Yaqoob
    kind: person
    member_of: [taliban]
    aliases: {en: [{text: Yaqoob, requires: [{actor: taliban}]}]}
decoys: {en: [Taliban Street, Taliban Road]}
concepts:
  - {id: sanctuary, phrases: {en: [safe haven*, hideout*]}}
  - {id: soil, phrases: {en: [Afghan soil]}}
topics:
  - id: safe-havens
    name: Safe havens
    threshold: 2
    rules:
      - {id: words, weight: 2, any: [{concept: sanctuary}]}
      - {id: from-soil, weight: 1, all: [{concept: soil}], any: [{kind: armed-group}]}
  - id: soil-only
    name: Soil
    threshold: 1
    rules: [{id: only, weight: 1, any: [{concept: soil}]}]
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder over a small shipped one."""
    monkeypatch.setattr(backbone_layers, "DEFAULT_CONFIG", write(tmp_path / "shipped", SHIPPED, "shipped"))
    return tmp_path / "desk"


def over(desk: Path, text: str) -> Path:
    return write(desk, f"extends: default\n{text}")


def test_an_empty_layer_changes_nothing_but_the_digest(desk: Path) -> None:
    assert tags(over(desk, ""), "TTP hideouts") == {"ttp", "safe-havens"}
    assert load_engine(desk).digest != load_engine(desk.parent / "shipped").digest


def test_without_extends_the_folder_stands_alone(desk: Path) -> None:
    assert tags(write(desk, "actors: [{id: x, name: Example Front, kind: armed-group}]"), "TTP and Example Front") == {
        "x"
    }


@pytest.mark.parametrize(
    ("layer", "text", "found"),
    [
        ("actors: [{id: ttp, aliases: {en: [Fitna Group]}}]", "Fitna Group, TTP", {"ttp"}),
        ("actors: [{id: ttp, remove: {aliases: {en: [TTP]}}}]", "TTP", set()),
        ("actors: [{id: ttp, remove: {aliases: {en: [Tehrik Taliban]}}}]", "Tahrik Taliban", {"taliban"}),
        ("actors: [{id: ttp, remove: {aliases: {en: [Tahrik Taliban]}}}]", "Tahrik Taliban", {"taliban"}),
        ("actors: [{id: ttp, remove: {aliases: {en: [Tahrik Taliban]}}}]", "Tehreek Taliban", {"ttp"}),
        ("actors: [{id: ttp, aliases: {en: [{text: TTP, case: any}]}}]", "ttp", {"ttp"}),
        ("actors: [{id: ttp, enabled: false}]", "TTP", set()),
        ("actors: [{id: x, name: Example Front, kind: armed-group}]", "Example Front, TTP", {"x", "ttp"}),
        ("actors: [{id: yaqoob, enabled: false}]", "Mohammad Yaqoob", set()),
        ("remove: {decoys: {en: [Taliban Street]}}", "Taliban Street", {"taliban"}),
        ("remove: {decoys: {en: [Taliban Street]}}", "Taliban Road", set()),
        ("decoys: {en: [Taliban Square]}", "Taliban Square", set()),
        ("concepts: [{id: sanctuary, phrases: {en: [foxhole*]}}]", "foxholes", {"safe-havens"}),
        ("concepts: [{id: sanctuary, remove: {phrases: {en: ['hideout*']}}}]", "hideouts", set()),
        ("topics: [{id: safe-havens, threshold: 4}]", "hideouts", set()),
        ("topics: [{id: safe-havens, rules: [{id: words, weight: 1}]}]", "hideouts", set()),
        ("topics: [{id: safe-havens, rules: [{id: words, any: [foxhole]}]}]", "a foxhole", {"safe-havens"}),
        ("topics: [{id: safe-havens, rules: [{id: words, any: [foxhole]}]}]", "hideouts", set()),
        ("topics: [{id: safe-havens, rules: [{id: words, enabled: false}]}]", "hideouts", set()),
        ("topics: [{id: safe-havens, rules: [{weight: 2, any: [foxhole]}]}]", "foxhole", {"safe-havens"}),
        ("topics: [{id: safe-havens, enabled: false}]", "hideouts", set()),
    ],
)  # fmt: skip
def test_a_layer_adds_changes_and_switches_off(desk: Path, layer: str, text: str, found: set[str]) -> None:
    assert tags(over(desk, layer), text) == found


def test_what_is_switched_off_takes_with_it_what_cannot_do_without(desk: Path) -> None:
    pack = load_pack(over(desk, "actors: [{id: taliban, enabled: false}]")).pack

    actors = {actor.id: actor for actor in pack.actors}
    assert actors["ttp"].part_of is None
    assert actors["yaqoob"].member_of == ()
    assert "Yaqoob" not in {alias.text for alias in actors["yaqoob"].names}, "it required the actor"


def test_a_rule_that_needs_what_is_switched_off_goes_and_the_others_stay(desk: Path) -> None:
    off = "concepts: [{id: soil, enabled: false}]\ntopics: [{id: soil-only, enabled: false}]"
    [topic] = load_pack(over(desk, off)).pack.topics
    assert [rule.id for rule in topic.rules] == ["words"]


@pytest.mark.parametrize(
    ("layer", "line", "path", "what", "fix"),
    [
        ("actors:\n  - {id: tpp, aliases: {en: [X-Ray]}}", 3, "actors[0].id", "unknown actor 'tpp'", "mean 'ttp'?"),
        ("actors:\n  - {id: tpp, enabled: false}", 3, "actors[0].id", "unknown actor 'tpp'", "mean 'ttp'?"),
        ("topics:\n  - {id: safe-haven, threshold: 1}", 3, "topics[0].id", "unknown topic", "mean 'safe-havens'?"),
        ("actors:\n  - {id: x, name: Example}", 3, "actors[0].kind", "'kind' is missing", "add it"),
        ("actors:\n  - id: ttp\n    remove:\n      aliases:\n        en: [TTP, TPT]", 6,
         "actors[0].remove.aliases.en[1]", "'ttp' has no 'TPT' under 'en'", "did you mean 'TTP'?"),
        ("actors:\n  - id: ttp\n    remove: {aliases: {ur: [TTP]}}", 4, "actors[0].remove.aliases.ur[0]",
         "'ttp' has no 'TTP' under 'ur'", "it stands under 'en'"),
        ("remove: {decoys: {en: [Taliban Stret]}}", 2, "remove.decoys.en[0]", "no 'Taliban Stret'", "Street'?"),
        ("topics:\n  - id: safe-havens\n    rules:\n      - {id: word, weight: 3}", 5, "topics[0].rules[0].id",
         "'safe-havens' has no rule 'word'", "did you mean 'words'?"),
        ("topics:\n  - {id: safe-havens, rules: [{id: words, any: []}]}", 3, "topics[0].rules[0]",
         "no term is left", "switch the rule off"),
        ("topics:\n  - {id: safe-havens, rules: [{weight: 1, any: [{concept: soill}]}]}", 3,
         "topics[0].rules[0].any[0]", "unknown concept 'soill'", "mean 'soil'?"),
        ("concepts:\n  - id: soil\n    enabled: false", 4, "concepts[0].enabled",
         "without it the topic 'soil-only' can never be filed", "switch the topic off too"),
        ("actors:\n  - {id: ttp, aliases: {en: [X-Ray]}}\n  - {id: ttp, name: T T P}", 4, "actors[1].id",
         "'ttp' is defined twice", "merge the two"),
        ("actors:\n  - {id: ttp, aliases: {en: [said]}}", 3, "actors[0].aliases.en[0]", "too common", "longer form"),
    ],
)  # fmt: skip
def test_a_change_of_what_is_not_there_is_told_at_its_place(
    desk: Path, layer: str, line: int, path: str, what: str, fix: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_pack(over(desk, layer))

    [defect] = refused.value.defects
    assert (defect.where.file, defect.where.line, defect.where.path) == ("pack/desk.yaml", line, path)
    assert what in defect.what
    assert fix in defect.fix


def test_the_shipped_folder_cannot_extend_itself(desk: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot extend itself"):
        load_pack(over(desk.parent / "shipped", ""))


def test_one_id_in_two_files_of_a_layer_is_an_error(desk: Path) -> None:
    over(desk, "actors: [{id: x, name: Example Front, kind: place}]")
    with pytest.raises(ConfigurationError, match="'x' is defined twice; merge the two or rename one"):
        load_pack(write(desk, "actors: [{id: x, name: Other Front, kind: place}]", "more"))


def test_the_digest_follows_both_layers(desk: Path) -> None:
    before = load_engine(over(desk, "")).digest
    own = load_engine(over(desk, "decoys: {en: [Taliban Square]}")).digest
    write(desk.parent / "shipped", SHIPPED + "# touched\n", "shipped")
    both = load_engine(desk).digest
    assert len({before, own, both}) == 3


async def test_a_running_process_takes_an_edit_of_the_layer_and_refuses_a_broken_one(desk: Path) -> None:
    over(desk, "")
    live = Live("pack", lambda: load_engine(desk))
    first = live.current.digest

    over(desk, "actors: [{id: tpp, enabled: false}]")
    await live.reload()
    assert live.current.digest == first

    over(desk, "actors: [{id: ttp, enabled: false}]")
    await live.reload()
    assert live.current.digest != first
