"""What was written for the last release, or by it, this one takes as it is."""

import json

from services.cli.contract import RELEASED
from tests.cli.command import invoke
from tests.upgrade.last_release import Release


def test_the_configuration_of_the_last_release_is_sound(last_release: Release) -> None:
    checked = invoke("check", "--config", last_release.folder / "deploy" / "config")
    assert checked.exit_code == 0, checked.output


def test_schemas_are_compared_with_those_of_the_last_release(last_release: Release) -> None:
    """`tocsin schemas check` judges by schemas/released; were that another release's, it would judge nothing."""
    released = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in RELEASED.glob("*.json")}
    generated = last_release.folder / "schemas" / "generated"
    assert released
    for name, schema in released.items():
        assert schema == json.loads((generated / name).read_text(encoding="utf-8")), name
