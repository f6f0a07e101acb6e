from pathlib import Path

import pytest

from schemas import WatchSummary
from services.alerting.match.load import load_watches
from services.backbone.errors import ConfigurationError, Defect
from tests.alerting.examples import PACK, write_folder

CHANNELS = {"channels": [{"id": "screen", "type": "terminal"}]}


def folder(tmp_path: Path, watches: str, installation: object = CHANNELS) -> Path:
    files = {"watches/desk.yaml": watches, "tocsin.yaml": installation, "pack/small.yaml": PACK}
    return write_folder(tmp_path, files)


def defects(tmp_path: Path, watches: str, installation: object = CHANNELS) -> list[Defect]:
    with pytest.raises(ConfigurationError) as raised:
        load_watches(folder(tmp_path, watches, installation))
    return list(raised.value.defects)


def test_a_watch_of_two_lines_has_the_usual_settings(tmp_path: Path) -> None:
    loaded = load_watches(folder(tmp_path, "watches:\n  - id: ttp\n    any: [{actor: ttp}]\n"))

    (watch,) = loaded.listed
    assert watch.summary() == WatchSummary(id="ttp", name="ttp", severity="normal", topic=None)
    assert watch.channels is None
    assert loaded.topics == frozenset()


@pytest.mark.parametrize(
    ("watches", "told"),
    [
        pytest.param(
            "watches:\n  - id: a\n    anyy: [{actor: ttp}]\n",
            "watches/desk.yaml:3 watches[0].anyy: unknown key 'anyy'; did you mean 'any'?",
            id="an unknown key",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any:\n      - {actor: kabul}\n      - {actor: tpp}\n",
            "watches/desk.yaml:5 watches[0].any[1]: unknown actor 'tpp'; did you mean 'ttp'?",
            id="an actor that the pack does not define",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [{topic: safe-heavens}]\n",
            "watches/desk.yaml:3 watches[0].any[0]: unknown topic 'safe-heavens'; did you mean 'safe-havens'?",
            id="a topic that the pack does not define",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [{kind: armed-grp}]\n",
            "watches/desk.yaml:3 watches[0].any[0]: unknown kind 'armed-grp'; did you mean 'armed-group'?",
            id="a kind that no actor has",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [{actr: ttp}]\n",
            "watches/desk.yaml:3 watches[0].any[0]: unknown kind of term 'actr'; did you mean 'actor'?",
            id="a term of no known kind",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [2611]\n",
            "watches/desk.yaml:3 watches[0].any[0]: neither a phrase nor a reference; "
            "write a phrase, or one of {actor: id}, {topic: id}, {kind: armed-group}, {name: Hekmatullah}",
            id="a term that is neither text nor a reference",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [{actor: ttp}]\n  - id: a\n    any: [{actor: iskp}]\n",
            "watches/desk.yaml:4 watches[1].id: id 'a' stands twice, first at watches/desk.yaml:2 watches[0].id; "
            "rename or remove one",
            id="an id that stands twice",
        ),
        pytest.param(
            "watches:\n  - id: a\n    none: [football]\n",
            "watches/desk.yaml:2 watches[0]: it can never be met: no term says what to ring for; "
            "list terms under any: or all:",
            id="no positive term",
        ),
        pytest.param(
            "watches:\n  - id: a\n    all: [{actor: kabul}, {actor: ttp}]\n    none: [{actor: ttp}]\n",
            "watches/desk.yaml:3 watches[0].all[1]: it can never be met: 'ttp' is under all: and barred by none:; "
            "remove it from one of the two",
            id="a term that must and must not be there",
        ),
        pytest.param(
            "watches:\n  - id: a\n    all: [{actor: ttp}]\n    none: [{kind: armed-group}]\n",
            "watches/desk.yaml:3 watches[0].all[0]: it can never be met: 'ttp' is under all: and barred by none:; "
            "remove it from one of the two",
            id="an actor whose whole kind must not be there",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [Bagram air-base, air base]\n    none: [Air Base]\n",
            "watches/desk.yaml:3 watches[0].any: it can never be met: none: bars every term of any:; "
            "remove terms from one of the two",
            id="phrases that all hold one that must not be there",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: ['—']\n",
            "watches/desk.yaml:3 watches[0].any[0]: '—' has no letters or digits; write a word",
            id="a phrase that is empty once folded",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [is]\n",
            "watches/desk.yaml:3 watches[0].any[0]: 'is' is too short to be found in any case; "
            "write a longer phrase, or a bare acronym in capitals",
            id="a phrase that is too short",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [said]\n",
            "watches/desk.yaml:3 watches[0].any[0]: 'said' is too common a word; write a longer form",
            id="a phrase that is in every article",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [{actor: ttp}]\n    channels: [sceen]\n",
            "watches/desk.yaml:4 watches[0].channels[0]: unknown channel 'sceen'; did you mean 'screen'?",
            id="a channel that is not described",
        ),
        pytest.param(
            "watches:\n  - id: a\n    any: [{actor: ttp}]\n    topic: Kabul desk\n",
            "watches/desk.yaml:4 watches[0].topic: String should match pattern '^[a-z0-9][a-z0-9-]*$'; "
            "use lower case letters, digits and hyphens",
            id="a topic name of another shape",
        ),
    ],
)
def test_a_defect_is_told_with_its_place_and_its_fix(tmp_path: Path, watches: str, told: str) -> None:
    assert [str(defect) for defect in defects(tmp_path, watches)] == [told]


def test_all_defects_of_watches_channels_and_pack_are_told_at_once(tmp_path: Path) -> None:
    write_folder(tmp_path, {"pack/broken.yaml": "actors: 3\n", "watches/more.yaml": "watches:\n  - id: b\n"})
    told = defects(tmp_path, "watches:\n  - id: a\n    any: [said]\n", {"channels": [{"id": "x", "type": "pigeon"}]})

    assert sorted(str(defect.where) for defect in told) == [
        "pack/broken.yaml:1 actors",
        "tocsin.yaml:2 channels[0]",
        "watches/desk.yaml:3 watches[0].any[0]",
        "watches/more.yaml:2 watches[0]",
    ]


def test_the_digest_follows_the_watches_and_the_ids_that_they_rest_on(tmp_path: Path) -> None:
    written = "watches:\n  - id: a\n    any: [{actor: ttp}]\n"
    first = load_watches(folder(tmp_path, written)).digest

    assert load_watches(tmp_path).digest == first
    write_folder(tmp_path, {"pack/small.yaml": {**PACK, "decoys": {"en": ["TTP engine"]}}})
    assert load_watches(tmp_path).digest == first
    write_folder(tmp_path, {"pack/more.yaml": {"topics": [{"id": "new-one"}]}})
    second = load_watches(tmp_path).digest
    assert second != first
    write_folder(tmp_path, {"watches/desk.yaml": written.replace("id: a", "id: b")})
    assert load_watches(tmp_path).digest not in (first, second)


def test_the_default_watches_fit_the_default_pack() -> None:
    from services.backbone.settings import DEFAULT_CONFIG

    loaded = load_watches(DEFAULT_CONFIG)

    assert len(loaded.listed) >= 10
