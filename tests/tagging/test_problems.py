from copy import deepcopy
from typing import Any

import pytest

from services.tagging.gazetteer import Pack
from services.tagging.problems import Path, find_problems
from tests.tagging.packs import SMALL, small_pack


def test_a_sound_pack_has_no_problems() -> None:
    assert find_problems(small_pack()) == []


TIP: Path = ("actors", 2, "aliases", "en", 0)
HALF = {"text": "US", "requires": ["Congress"], "excludes": ["Congress"]}
ONLY_WEAK = {"id": "k", "name": "K (singer)", "kind": "person", "aliases": {"en": [{"text": "Khan", "short": True}]}}
ONLY_ITSELF = {
    "id": "k",
    "name": "K (state)",
    "kind": "state",
    "aliases": {"en": [{"text": "Georgia", "requires": [{"actor": "k"}]}]},
}
TWICE = [{"id": "one", "weight": 2, "any": ["raid*"]}, {"id": "one", "any": ["haven*"]}]

RULE: Path = ("topics", 0, "rules", 1)


@pytest.mark.parametrize(
    ("at", "value", "path", "complaint"),
    [
        (("actors", 1, "id"), "ttp", ("actors", 1, "id"), "defined twice"),
        (("concepts", 2, "id"), "sanctuary", ("concepts", 2, "id"), "defined twice"),
        (("topics", 1, "id"), "safe-havens", ("topics", 1, "id"), "defined twice"),
        (("actors", 0, "part_of"), "talban", ("actors", 0, "part_of"), "did you mean 'taliban'?"),
        (("actors", 0, "part_of"), "ttp", ("actors", 0, "part_of"), "part of itself"),
        (("actors", 1, "aliases"), {}, ("actors", 1), "no name"),
        (("actors", 1, "aliases", "en", 0), "the", ("actors", 1, "aliases", "en", 0), "too common"),
        (("actors", 5, "name"), "Pa", ("actors", 5, "name"), "too short"),
        (("decoys", "en", 0), "…", ("decoys", "en", 0), "no letters"),
        (("concepts", 0, "phrases", "zh", 0), "国", ("concepts", 0, "phrases", "zh", 0), "single letter"),
        (("concepts", 0, "phrases"), {"en": []}, ("concepts", 0, "phrases"), "no phrase"),
        (("topics", 1, "rules", 0, "any", 0), "in", ("topics", 1, "rules", 0, "any", 0), "too short"),
        ((*RULE, "all", 0), {"concept": "teritory-use"}, (*RULE, "all", 0), "did you mean 'territory-use'?"),
        ((*RULE, "all", 1), {"actor": "zz"}, (*RULE, "all", 1), "define the actor"),
        ((*RULE, "all", 1), {"kind": "place"}, (*RULE, "all", 1), "no actor of kind"),
        ((*RULE, "all", 1), {"kind": "plaec"}, (*RULE, "all", 1), "did you mean 'place'?"),
        ((*RULE, "all", 1), {"topic": "raids"}, (*RULE, "all", 1), "cannot rest on a topic"),
        ((*RULE, "none"), [{"kind": "armed-group"}], RULE, "'armed-group' is under both"),
        (("topics", 1, "rules", 0, "none"), ["raid*"], ("topics", 1, "rules", 0), "every term of 'any'"),
        (("actors", 0, "member_of"), ["talban"], ("actors", 0, "member_of", 0), "did you mean 'taliban'?"),
        (("actors", 4, "territory"), "PX", ("actors", 4, "territory"), "'PX' is no state's code"),
        ((*TIP, "requires"), [{"actor": "tpp"}], (*TIP, "requires", 0), "did you mean 'ttp'?"),
        ((*TIP, "excludes"), [{"concept": "bird"}], (*TIP, "excludes", 0), "define the concept"),
        ((*TIP, "requires"), ["in"], (*TIP, "requires", 0), "too short"),
        ((*TIP, "requires"), [{"topic": "raids"}], (*TIP, "requires", 0), "cannot rest on a topic"),
        ((*TIP, "requires"), [{"kind": "place"}], (*TIP, "requires"), "can never count"),
        ((*TIP, "within"), 9, (*TIP, "within"), "list terms there"),
        (("actors", 6, "aliases", "en"), [HALF], ("actors", 6, "aliases", "en", 0), "under both"),
        (("actors", 8), ONLY_WEAK, ("actors", 8, "aliases", "en", 0), "never counts"),
        (("actors", 8), ONLY_ITSELF, ("actors", 8, "aliases", "en", 0, "requires"), "can never count"),
        (("topics", 0, "rules"), TWICE, ("topics", 0, "rules", 1, "id"), "defined twice"),
        (("topics", 1, "threshold"), 4, ("topics", 1, "threshold"), "can never reach 4: all its rules together give 3"),
        (("topics", 1, "rules", 0, "scope"), "title", ("topics", 1, "threshold"), "all its rules together give 2"),
        (("topics", 1, "rules", 0, "scope"), "article", ("topics", 1, "threshold"), "all its rules together give 1"),
    ],
)
def test_each_problem_is_named_with_its_place_and_fix(at: Path, value: Any, path: Path, complaint: str) -> None:
    pack = deepcopy(SMALL)
    pack["actors"][2]["aliases"]["en"][0] = {"text": "TIP"}
    part: Any = pack
    for key in at[:-1]:
        part = part[key]
    part[at[-1]] = value
    problem = find_problems(Pack.model_validate(pack))[0]
    assert problem.path == path
    assert complaint in problem.message
