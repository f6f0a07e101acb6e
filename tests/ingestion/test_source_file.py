"""source_file: sources are added to a file, and what stands in it stays as it is."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.backbone.errors import ConfigurationError
from services.backbone.yaml_file import parse_yaml
from services.backbone.yaml_list import appended, as_yaml
from services.ingestion.source_file import KEY, written
from services.ingestion.sources import Source, SourcesFile

NEW = {"id": "b", "name": "B", "url": "https://b.example/"}


def test_of_a_source_only_what_is_no_default_is_written_and_no_secret() -> None:
    source = Source(
        id="a",
        name="A: b",
        url="https://a.example/x?y=1",
        kind="page",
        select="h2 > a",
        interval=timedelta(minutes=90),
        site=("a.example", "b.example"),
        allow_networks=(ip_network("10.0.0.0/8"),),
        headers={"X-Key": "hush"},
        tier=1,
    )
    text = as_yaml([written(source)])
    assert text == (
        "  - id: a\n"
        "    name: 'A: b'\n"
        "    kind: page\n"
        "    url: https://a.example/x?y=1\n"
        "    select: h2 > a\n"
        "    tier: 1\n"
        "    site: [a.example, b.example]\n"
        "    interval: 90m\n"
        "    allow_networks: [10.0.0.0/8]\n"
    )
    read = SourcesFile.model_validate(parse_yaml("a.yaml", f"sources:\n{text}".encode()).values).sources[0]
    assert read.model_dump(exclude={"headers"}) == source.model_dump(exclude={"headers"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "sources:\n  - id: b\n"),
        ("# A desk.\n", "# A desk.\nsources:\n  - id: b\n"),
        ("sources:\n", "sources:\n  - id: b\n"),
        ("sources: # none yet\n", "sources: # none yet\n  - id: b\n"),
        ("sources: []\n", "sources:\n  - id: b\n"),
        ("sources: [] # none\n", "sources: # none\n  - id: b\n"),
        ("sources:\n- {id: a}", "sources:\n- {id: a}\n- id: b\n"),
        ("sources:\n    - id: a\n    # last\n", "sources:\n    - id: a\n    # last\n    - id: b\n"),
        ("sources:\r\n- id: a\r\n", "sources:\r\n- id: a\r\n- id: b\r\n"),
        ("\ufeffsources:\n- id: a\n", "\ufeffsources:\n- id: a\n- id: b\n"),
    ],
)
def test_the_new_stand_below_the_last_as_far_in(before: str, after: str) -> None:
    assert appended("a.yaml", before.encode(), KEY, [{"id": "b"}]).decode() == after


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("sources: [{id: a}]\n", "a.yaml:1 sources: a list that cannot be added to; write each entry in lines"),
        ("sources:\n- id: a\n...\n", "a list that cannot be added to"),
        ("- id: a\n", "a list or a word at the top"),
        ("sources: {\n", "not YAML"),
        ("sources: none\n", "a list that cannot be added to"),
    ],
)
def test_a_file_that_cannot_be_added_to_is_told(before: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        appended("a.yaml", before.encode(), KEY, [NEW])


ODD = ["no", "22:30", "017", "1_000", "~", "null", "- a", "a: b", "a #b", "ends ", "'", '"', "15m", "کابل"]
values = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.sampled_from(ODD),
)


@example([{"id": "\x85"}])
@given(st.lists(st.dictionaries(st.sampled_from(["id", "name", "url"]), values, min_size=1), min_size=1, max_size=3))
def test_whatever_is_added_is_read_as_it_was(sources: list[dict[str, object]]) -> None:
    before = b"sources:\n  - id: a\n    name: A\n"
    after = appended("a.yaml", before, KEY, sources)
    assert after.startswith(before)
    assert parse_yaml("a.yaml", after).values == {"sources": [{"id": "a", "name": "A"}, *sources]}
