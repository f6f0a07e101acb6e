"""What a pod is given is what the process takes: its settings load, and its configuration is one that it can read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.alerting.watching.book import read_book
from services.backbone.settings import KafkaSettings, Settings, load_settings
from services.cli.app import MODULES
from services.cli.run import BODIES
from tests.deploy.chart.rendered import STAGES, Pod, Rendered

SECRET = "0123456789abcdef0123456789abcdef"
KNOWN = {f"TOCSIN_{name}".upper() for name in Settings.model_fields} | {
    f"TOCSIN_KAFKA_{name}".upper() for name in KafkaSettings.model_fields
}


def mounted(pod: Pod, rendered: Rendered, root: Path) -> None:
    """Lay out the volumes of a pod as its node would, below a folder. What is not rendered has an invented content."""
    volumes = {volume["name"]: volume for volume in pod.spec["volumes"]}
    for mount in pod.container["volumeMounts"]:
        folder = root / mount["mountPath"].lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        volume = volumes.get(mount["name"], {})
        sources = volume.get("projected", {}).get("sources", [])
        for source in [*sources, {"secret": volume["secret"]}] if "secret" in volume else sources:
            [(kind, of)] = source.items()
            for item in of.get("items", []):
                path = folder / item["path"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content(rendered, kind, of, item["key"]), encoding="utf-8")


def content(rendered: Rendered, kind: str, source: dict[str, str], key: str) -> str:
    carried = [each for each in rendered.of("ConfigMap") if each["metadata"]["name"] == source.get("name")]
    if kind == "configMap" and carried:
        return str(carried[0]["data"][key])
    return SECRET if kind == "secret" else ""


def test_the_processes_are_those_that_tocsin_runs(rendered: Rendered) -> None:
    assert set(STAGES) == {stage.value for stage in BODIES}
    for stage, pod in rendered.processes().items():
        assert pod.container["args"] == ["run", stage]


def test_every_variable_is_a_setting(rendered: Rendered) -> None:
    named = {name for pod in rendered.pods() for name in pod.env if name.startswith("TOCSIN_")}
    assert len(named) > 5
    assert named <= KNOWN
    for pod in rendered.pods():
        assert len(pod.env) == len(pod.container["env"])  # none stands twice


def test_settings_load_from_what_a_pod_is_given(
    rendered: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    for stage, pod in rendered.processes().items():
        root = tmp_path / stage
        mounted(pod, rendered, root)
        with monkeypatch.context() as environment:
            for name, value in pod.env.items():
                given = "tocsin-0" if value is None else value
                environment.setenv(name, f"{root}{given}" if given.startswith("/") else given)
            settings = load_settings()
        assert settings.kafka.security_protocol == pod.env["TOCSIN_KAFKA_SECURITY_PROTOCOL"]
        if settings.kafka.security_protocol.startswith("SASL"):
            assert settings.kafka.sasl_password is not None
            assert settings.kafka.sasl_password.get_secret_value() == SECRET
        if rendered.name == "ministry":
            assert settings.kafka.ssl_key_password is not None
            assert settings.kafka.ssl_keyfile == root / "run/secrets/kafka/tls.key"
        if stage in ("notify", "api"):
            assert (settings.link_secret is not None) is (rendered.name != "small")
        assert settings.websub_callback == (
            "https://push.ministry.example" if rendered.name == "ministry" and stage == "ingestion" else None
        )


def test_provisioning_and_the_doctor_are_commands_of_tocsin(rendered: Rendered, tmp_path: Path) -> None:
    arguments = {pod.stage: pod.container["args"] for pod in rendered.pods() if pod.stage not in STAGES}
    assert arguments == {"provision": ["topics", "provision", "--config", "/tmp"], "doctor": ["doctor"]}  # noqa: S108
    assert {"topics", "doctor"} <= MODULES.keys()
    assert read_book(tmp_path).watches == {}  # an empty folder, as /tmp is, is no defect


def test_the_folder_that_values_write_out_is_one_that_tocsin_takes(small: Rendered, tmp_path: Path) -> None:
    mounted(small.processes()["match"], small, tmp_path)
    folder = tmp_path / "etc" / "tocsin"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")} == {
        "tocsin.yaml", "sources/desk.yaml", "watches/desk.yaml", "pack/desk.yaml",
    }  # fmt: skip
    checked = subprocess.run(
        [sys.executable, "-m", "services.cli", "check", "--config", folder], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
