import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas.event import Identifier
from services.backbone.configuration import Part, duplicates, nearest, read_part
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.yaml_file import show_path


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Concept(Strict):
    concept: Identifier


class Kind(Strict):
    kind: Literal["state", "person"]


class Channel(Strict):
    address: str
    retries: int = 3

    @field_validator("address")
    @classmethod
    def _secure(cls, address: str) -> str:
        if not address.startswith("https://"):
            raise ValueError("not an https address; begin it with https://")
        return address


class Watch(Strict):
    id: Identifier
    severity: Literal["low", "high"] = "low"
    any: tuple[str | Concept | Kind, ...] = ()
    channel: Channel | None = None
    weight: Annotated[int, Field(ge=1)] = 1


class Watches(Strict):
    watches: tuple[Watch, ...] = ()


def folder(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def read(root: Path, files: dict[str, str]) -> Part[Watches]:
    return read_part(folder(root, files), "watches", Watches)


def told(root: Path, files: dict[str, str]) -> list[str]:
    """What is said about a folder with defects."""
    with pytest.raises(ConfigurationError) as refused:
        read(root, files)
    return str(refused.value).split("\n")


def test_the_lists_of_all_files_are_read_as_one_and_each_item_knows_its_place(tmp_path: Path) -> None:
    part = read(tmp_path, {"watches/b.yaml": "watches: [{id: two}]", "watches/a.yaml": "\nwatches:\n  - id: one\n"})
    found = [(item.id, str(file.locate(path))) for item, file, path in part.items("watches")]
    assert found == [("one", "watches/a.yaml:3 watches[0]"), ("two", "watches/b.yaml:1 watches[0]")]


@pytest.mark.parametrize(
    ("part", "read_files"),
    [
        ("settings", ["tocsin.yaml"]),
        ("watches", ["watches/a.yaml", "watches/deep/b.yaml"]),
        ("pack", ["pack/a.yaml", "pack/deep/er/b.yaml"]),
    ],
)
def test_each_part_has_its_own_files(tmp_path: Path, part: str, read_files: list[str]) -> None:
    names = ["tocsin.yaml", "other.yaml", "watches/a.yaml", "watches/deep/b.yaml", "watches/a.yml", "watches/a.yaml~"]
    names += ["pack/a.yaml", "pack/deep/er/b.yaml", "pack/.a.yaml", "pack/..2026_11_24/a.yaml", "pack/.git/a.yaml"]
    folder(tmp_path, dict.fromkeys(names, "watches: []"))
    assert [file.file for file, _ in read_part(tmp_path, part, Watches).files] == read_files


def test_a_part_without_files_is_empty(tmp_path: Path) -> None:
    assert list(read(tmp_path, {}).items("watches")) == []


def test_a_folder_that_is_not_there_is_told_with_the_option_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no-folder:1: no such folder; .*--config"):
        read_part(tmp_path / "no-folder", "watches", Watches)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("watchs: []", "a.yaml:1 watchs: unknown key 'watchs'; did you mean 'watches'?"),
        (
            "watches:\n- id: a\n  sevrity: low",
            "a.yaml:3 watches[0].sevrity: unknown key 'sevrity'; did you mean 'severity'?",
        ),
        (
            "watches:\n- id: a\n- id: b\n  channel:\n    adress: x\n    address: https://x",
            "a.yaml:5 watches[1].channel.adress: unknown key 'adress'; did you mean 'address'?",
        ),
        (
            "watches:\n- id: a\n  channel: {address: 'https://x', zzz: 1}",
            "a.yaml:3 watches[0].channel.zzz: unknown key 'zzz'; known here: address, retries",
        ),
        ("watches:\n- severity: low", "a.yaml:2 watches[0]: 'id' is missing; add it"),
        ("watches:\n- id: a\n  channel: {}", "a.yaml:3 watches[0].channel: 'address' is missing; add it"),
        (
            "watches:\n- id: Kabul Desk",
            "a.yaml:2 watches[0].id: String should match pattern '^[a-z0-9][a-z0-9-]*$'; use lower case letters",
        ),
        (
            "watches:\n- id: 5",
            "a.yaml:2 watches[0].id: Input should be a valid string; write text; put numbers and yes/no words in quot",
        ),
        ("watches:\n  id: a", "a.yaml:1 watches: Input should be a valid tuple; write a list: [first, second]"),
        (
            "watches:\n- id: a\n  channel:\n    address: http://x",
            "a.yaml:4 watches[0].channel.address: not an https address; begin it with https://",
        ),
        ("watches:\n- id: a\n  weight: 0", "a.yaml:3 watches[0].weight: "),
        ("watches:\n- id: a\n  severity: urgent", "a.yaml:3 watches[0].severity: Input should be 'low' or 'high'"),
        ("watches:\n- id: a\n- id", "a.yaml:3 watches[1]: "),
        ("watches: ]", "a.yaml:1: not YAML"),
    ],
)
def test_a_defect_is_told_with_file_line_path_and_fix(tmp_path: Path, text: str, error: str) -> None:
    [line] = told(tmp_path, {"watches/a.yaml": text})
    assert line.startswith(f"watches/{error}")


def test_the_place_in_a_union_is_what_stands_in_the_file(tmp_path: Path) -> None:
    """Pydantic puts the names of the union's members into its paths; nobody has written those."""
    lines = told(
        tmp_path, {"watches/a.yaml": "watches:\n- id: a\n  any:\n  - ttp\n  - 5\n  - {konzept: x, kind: state}"}
    )
    places = {line.split(": ")[0] for line in lines}
    assert places == {
        "watches/a.yaml:5 watches[0].any[1]",
        "watches/a.yaml:6 watches[0].any[2]",
        "watches/a.yaml:6 watches[0].any[2].konzept",
        "watches/a.yaml:6 watches[0].any[2].kind",
    }
    assert any("unknown key 'konzept'; " in line for line in lines)


def test_every_defect_of_every_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "watches" / "gone.yaml").parent.mkdir()
    (tmp_path / "watches" / "gone.yaml").symlink_to("nowhere")
    (tmp_path / "watches" / "folder.yaml").mkdir()
    lines = told(
        tmp_path,
        {
            "watches/a.yaml": "watches: [{}, {id: a, weight: 0}]",
            "watches/b.yaml": "watches: ]",
            "watches/c.yaml": "watches: [{id: c}]",
            "watches/d.yaml": "watches: []\nwatches: []",
        },
    )
    assert [line.split(": ")[0] for line in lines] == [
        "watches/a.yaml:1 watches[0]",
        "watches/a.yaml:1 watches[1].weight",
        "watches/b.yaml:1",
        "watches/d.yaml:2 watches",
        "watches/folder.yaml:1",
        "watches/gone.yaml:1",
    ]
    assert all("cannot be read" in line and "check" in line for line in lines[-2:])


def test_of_many_defects_twenty_are_shown(tmp_path: Path) -> None:
    lines = told(tmp_path, {"watches/a.yaml": "watches:\n" + "- {}\n" * 10_000})
    assert len(lines) == 21
    assert lines[-1] == "... and 9980 more"
    assert len(told(tmp_path, {"watches/a.yaml": "watches:\n" + "- {}\n" * 20})) == 20


def test_no_value_is_shown(tmp_path: Path) -> None:
    text = "watches:\n- id: a\n  weight: hunter2\n  channel: {address: hunter2, retries: hunter2}\n  any: [[hunter2]]"
    assert "hunter2" not in "\n".join(told(tmp_path, {"watches/a.yaml": text}))


def test_the_digest_follows_names_and_bytes(tmp_path: Path) -> None:
    folders = [
        {"watches/a.yaml": "watches: []"},
        {"watches/a.yaml": "watches:  []"},
        {"watches/b.yaml": "watches: []"},
        {"watches/a.yaml": "watches: []", "watches/b.yaml": ""},
        {"watches/a.yaml": "", "watches/b.yaml": "watches: []"},
        {},
    ]
    (tmp_path / "5").mkdir()
    digests = [read(tmp_path / str(number), files).digest for number, files in enumerate(folders)]
    assert len(set(digests)) == len(folders)
    assert all(len(digest) == 12 and int(digest, 16) >= 0 for digest in digests)
    assert read(tmp_path / "again", folders[3]).digest == digests[3]
    assert read(tmp_path / "again", {"sources/a.yaml": "x", "watches/.a.yaml.swp": "x"}).digest == digests[3]


def test_an_id_that_stands_twice_names_both_places(tmp_path: Path) -> None:
    part = read(
        tmp_path, {"watches/a.yaml": "watches:\n- id: a\n- id: b", "watches/b.yaml": "watches:\n- id: b\n- id: b"}
    )
    assert [str(defect) for defect in duplicates(part.items("watches"))] == [
        f"watches/b.yaml:{line} watches[{index}].id: id 'b' stands twice, first at watches/a.yaml:3 watches[1].id; "
        "rename or remove one"
        for line, index in ((2, 0), (3, 1))
    ]


def test_an_unknown_word_gets_the_nearest_known_one() -> None:
    assert nearest("tpp", ["isis", "ttp"], "define it") == "did you mean 'ttp'?"
    assert nearest("xyz", ["isis", "ttp"], "define it") == "define it"


keys = st.sampled_from(["watches", "id", "any", "channel", "address", "weight", "x", "str", "Concept"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("a:[{'", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[str]:
    """The path of everything in a document."""
    yield show_path(path)
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in children:
        yield from paths(inner, (*path, key))


@given(document=st.dictionaries(keys, values, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_document_is_taken_or_told_with_places_that_stand_in_it(
    tmp_path: Path, document: dict[str, object]
) -> None:
    defects: tuple[Defect, ...] = ()
    try:
        read(tmp_path, {"watches/a.yaml": json.dumps(document)})  # JSON is YAML
    except ConfigurationError as error:
        defects = error.defects
    assert {defect.where.path for defect in defects} <= set(paths(document))
