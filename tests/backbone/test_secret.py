"""secret: it is read from where the configuration says, and its value is in no message."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.backbone.secret import MAX_SECRET_BYTES, Secret, SecretMissing


def test_it_is_read_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("  hush-hush\n")

    assert Secret(env="DESK_KEY").read(tmp_path, {"DESK_KEY": "hush-hush\n"}) == "hush-hush"
    assert Secret(file=Path("key")).read(tmp_path, {}) == "hush-hush"
    assert Secret(file=tmp_path / "key").read(Path("/"), {}) == "hush-hush"


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        (Secret(env="DESK_KEY"), "environment variable DESK_KEY is not set; put the secret into environment variable"),
        (Secret(env="EMPTY"), "environment variable EMPTY is not set"),
        (Secret(file=Path("nowhere")), "file nowhere cannot be read: No such file or directory; put the secret into"),
        (Secret(file=Path("empty")), "file empty is empty"),
        (Secret(file=Path("long")), "file long cannot be read: longer than"),
        (Secret(file=Path("binary")), "file binary cannot be read: not text"),
        (Secret(file=Path(".")), "file . cannot be read: Is a directory"),
    ],
)
def test_one_that_is_not_there_is_told_with_the_fix(tmp_path: Path, secret: Secret, told: str) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "long").write_text("hush" * MAX_SECRET_BYTES)
    (tmp_path / "binary").write_bytes(b"hush\xff")

    with pytest.raises(SecretMissing) as missing:
        secret.read(tmp_path, {"EMPTY": " "})
    assert str(missing.value).startswith(told)
    assert "hush" not in str(missing.value)


@pytest.mark.parametrize("written", [{}, {"env": "A", "file": "b"}, {"env": "A B"}, {"env": ""}, {"value": "hush"}])
def test_one_that_names_no_one_place_is_refused(written: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Secret.model_validate(written)
