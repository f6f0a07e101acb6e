"""Entries are added to a list in a YAML file, and all else in it stays as it is."""

import pytest

from services.backbone.errors import ConfigurationError
from services.backbone.yaml_file import parse_yaml
from services.backbone.yaml_list import appended, as_yaml

ENTRY = {
    "id": "one",
    "name": "Kabul: the desk #1",
    "terms": [{"actor": "ttp"}, "no", "22:30", "گل"],
    "none": {"near": ["a", "b"], "within": 5},
}


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# A word.\n",
        "watches:\n",
        "watches: []\n",
        "owner: kabul\nwatches:\n  - id: a\n    any: [x]   # why\n\n# The end.",
        "watches:\r\n- {id: a}\r\n",
        "\ufeffwatches:\n- id: a\n",
    ],
    ids=["nothing", "a comment", "no list", "an empty list", "a list", "other line ends", "a mark"],
)
def test_the_rest_reads_as_it_did(before: str) -> None:
    text = before.encode()
    after = appended("watches/a.yaml", text, "watches", [ENTRY])
    known = parse_yaml("a", text).values
    entries = known.get("watches") or []
    assert isinstance(entries, list)
    assert parse_yaml("a", after).values == known | {"watches": [*entries, ENTRY]}
    if before.rstrip().endswith(("any: [x]   # why", "# The end.")):
        assert after.decode().startswith(before)


@pytest.mark.parametrize("before", ["watches: [{id: a}]\n", "watches: 5\n", "watches:\n  - id: a\nowner: b\n"])
def test_a_list_that_is_not_the_last_thing_in_lines_is_refused(before: str) -> None:
    with pytest.raises(ConfigurationError, match="a list that cannot be added to; write each entry in lines"):
        appended("watches/a.yaml", before.encode(), "watches", [ENTRY])


def test_an_entry_stands_in_lines_of_its_own() -> None:
    assert as_yaml([{"id": "a", "any": ["x"]}, {"id": "b"}]) == "  - id: a\n    any: [x]\n  - id: b\n"
