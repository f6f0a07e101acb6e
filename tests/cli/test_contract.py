"""`tocsin schemas` keeps the published documents and the models together."""

import json
from pathlib import Path

import pytest

from services.cli import contract
from services.cli.contract import generated as generated_documents
from tests.cli.command import invoke


def test_what_is_committed_is_what_the_models_give() -> None:
    told = invoke("schemas", "check")
    assert (told.exit_code, told.stdout) == (0, "")


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of this test's own."""
    monkeypatch.setattr(contract, "GENERATED", tmp_path / "generated")
    monkeypatch.setattr(contract, "RELEASED", tmp_path / "released")
    monkeypatch.setattr(contract, "PAGES", tmp_path / "docs")
    (tmp_path / "docs").mkdir()
    return tmp_path / "generated"


def test_a_document_that_was_edited_or_removed_is_told_and_written_anew(generated: Path) -> None:
    assert invoke("schemas", "write").exit_code == 0
    assert {path.name for path in generated.iterdir()} == generated_documents().keys()
    (generated / "asyncapi.yaml").write_text("asyncapi: 2.0.0\n", encoding="utf-8")
    (generated / "Alert.json").unlink()
    (generated.parent / "docs" / "events.md").write_text("# Events\n", encoding="utf-8")

    told = invoke("schemas", "check")

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        *(
            f"schemas/generated/{name} is not what the code gives; run: make schemas"
            for name in generated_documents()
            if name in ("Alert.json", "asyncapi.yaml")
        ),
        "docs/events.md is not what the code gives; run: make schemas",
    ]
    invoke("schemas", "write")
    assert invoke("schemas", "check").exit_code == 0


def test_a_field_that_a_release_had_and_the_models_have_not_is_a_break(generated: Path) -> None:
    assert invoke("schemas", "write", "--release").exit_code == 0
    assert invoke("schemas", "check").exit_code == 0
    path = generated.parent / "released" / "Alert.json"
    released = json.loads(path.read_text(encoding="utf-8"))
    released["properties"]["loudness"] = {"type": "integer"}
    path.write_text(json.dumps(released), encoding="utf-8")

    told = invoke("schemas", "check")

    assert told.exit_code == 1
    [fault] = told.stdout.splitlines()
    assert fault.startswith("Alert.")
    assert "loudness" in fault
