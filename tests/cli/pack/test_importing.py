"""`tocsin pack import` turns lists into files of the pack."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli.pack.imported import language_of
from services.cli.pack.lists import ListUnreadable, read_list
from services.tagging.pack import load_pack
from tests.cli.command import invoke

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-11-01T00:00:00Z">
  <INDIVIDUALS>
    <INDIVIDUAL>
      <DATAID>1</DATAID><FIRST_NAME>EXAMPLE</FIRST_NAME><SECOND_NAME>PERSON</SECOND_NAME><THIRD_NAME>ONE</THIRD_NAME>
      <REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER>
      <NAME_ORIGINAL_SCRIPT>مثال شخص</NAME_ORIGINAL_SCRIPT>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Exampel Person</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Some Body</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Abdullah</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
    </INDIVIDUAL>
  </INDIVIDUALS>
  <ENTITIES>
    <ENTITY>
      <FIRST_NAME>EXAMPLE FRONT</FIRST_NAME><REFERENCE_NUMBER>XXe.001</REFERENCE_NUMBER>
      <ENTITY_ALIAS><QUALITY/><ALIAS_NAME>EXF</ALIAS_NAME></ENTITY_ALIAS>
      <ENTITY_ALIAS><QUALITY/><ALIAS_NAME>Example Battalion</ALIAS_NAME></ENTITY_ALIAS>
    </ENTITY>
  </ENTITIES>
</CONSOLIDATED_LIST>
"""
FTM = "\n".join(
    json.dumps(entity)
    for entity in [
        {"id": "Q1", "schema": "Person", "properties": {"name": ["Example Person One"], "alias": ["Exampel Person"],
                                                        "weakAlias": ["Some Body"]}},
        {"id": "Q2", "schema": "Organization", "properties": {"name": ["Example Front"], "alias": ["EXF"]}},
        {"id": "Q3", "schema": "Address", "properties": {"name": ["Example Street"]}},
    ]
)  # fmt: skip
SIMPLE = """\
id,schema,name,aliases,countries
Q1,Person,Example Person One,"Exampel Person;مثال شخص",af
Q2,Organization,Example Front,EXF,
"""
CSV = "name,kind,aliases\nExample Person One,person,Exampel Person\nExample Front,organisation,EXF; Example Battalion\n"


def run_import(tmp_path: Path, form: str, text: str, *arguments: str | Path) -> list[dict[str, Any]]:
    """The actors that a list gives."""
    (tmp_path / "pack").mkdir(exist_ok=True)
    given = tmp_path / "list"
    given.write_text(text, encoding="utf-8")
    ran = invoke("pack", "import", given, "--format", form, "--config", tmp_path, *arguments)
    assert ran.exit_code == 0, ran.output
    actors: list[dict[str, Any]] = (yaml.safe_load(ran.stdout) or {}).get("actors", [])
    return actors


@pytest.mark.parametrize(
    ("form", "text"), [("un", UN), ("ftm", FTM), ("opensanctions", FTM), ("opensanctions", SIMPLE), ("csv", CSV)]
)
def test_each_format_gives_the_same_two(tmp_path: Path, form: str, text: str) -> None:
    front, person = run_import(tmp_path, form, text)

    assert (front["id"], front["name"].upper(), front["kind"]) == ("example-front", "EXAMPLE FRONT", "organisation")
    assert "EXF" in front["aliases"]["en"]
    assert (person["id"], person["kind"]) == ("example-person-one", "person")
    assert person["aliases"]["en"] == ["Exampel Person"]


def test_names_in_their_own_script_stand_under_a_language_and_weak_ones_nowhere(tmp_path: Path) -> None:
    _, person = run_import(tmp_path, "un", UN)
    assert person["aliases"] == {"ar": ["مثال شخص"], "en": ["Exampel Person"]}


@pytest.mark.parametrize(
    ("name", "language"),
    [("Example", "en"), ("Пример", "ru"), ("例子", "zh"), ("उदाहरण", "hi"),
     ("مثال", "ar"), ("گروه", "fa"), ("ٹولہ", "ur"), ("ډله", "ps"), ("12", "en")],
)  # fmt: skip
def test_the_language_is_told_by_the_letters(name: str, language: str) -> None:
    assert language_of(name) == language


def test_the_file_is_a_sound_pack_and_the_import_can_be_run_again(tmp_path: Path) -> None:
    output = tmp_path / "pack" / "listed.yaml"
    run_import(tmp_path, "un", UN, "--output", output)
    first = output.read_text(encoding="utf-8")
    assert {actor.id for actor in load_pack(tmp_path).pack.actors} == {"example-front", "example-person-one"}

    run_import(tmp_path, "un", UN, "--output", output)

    assert output.read_text(encoding="utf-8") == first


def test_who_is_known_is_no_new_actor_and_new_names_are_remarks(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    known = "actors:\n  - {id: exf, name: The Front, kind: armed-group, aliases: {en: [Example Front]}}\n"
    (tmp_path / "pack" / "known.yaml").write_text(known)
    given = tmp_path / "list"
    given.write_text(CSV)

    ran = invoke("pack", "import", given, "--format", "csv", "--config", tmp_path)

    assert [actor["id"] for actor in yaml.safe_load(ran.stdout)["actors"]] == ["example-person-one"]
    assert '# exf is also called: "EXF", "Example Battalion"' in ran.stdout
    assert "1 new, 1 known already" in ran.stderr


def test_who_is_known_in_the_shipped_pack_gets_the_names_as_a_change(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "desk.yaml").write_text("extends: default\n")
    table = "name,aliases\nTehrik-e-Taliban Pakistan,Example Name of the TTP\n"

    [change] = run_import(tmp_path, "csv", table)

    assert change == {"id": "ttp", "aliases": {"en": ["Example Name of the TTP"]}}


def test_entities_may_be_of_another_kind(tmp_path: Path) -> None:
    front, person = run_import(tmp_path, "csv", CSV, "--kind", "armed-group")
    assert (front["kind"], person["kind"]) == ("armed-group", "person")


@pytest.mark.parametrize(
    ("form", "body", "message"),
    [
        ("un", b"<CONSOLIDATED_LIST>", "not XML"),
        ("un", b"<feed/>", "not CONSOLIDATED_LIST"),
        ("un", b'<!DOCTYPE x [<!ENTITY a "b">]><CONSOLIDATED_LIST>&a;</CONSOLIDATED_LIST>', "DTD"),
        ("ftm", b"{}\n", "line 1 is no entity"),
        ("ftm", b"[" * 100_000, "line 1 is no entity"),
        ("csv", b"a,b\n1,2\n", "no column `name`"),
        ("csv", b"\xff", "not UTF-8"),
    ],
)
def test_what_is_no_list_is_refused_with_the_fix(form: Any, body: bytes, message: str) -> None:
    with pytest.raises(ListUnreadable, match=message):
        list(read_list(body, form))
