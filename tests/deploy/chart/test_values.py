"""Values that cannot work are refused before anything is installed, with what to do."""

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.chart.conftest import values
from tests.deploy.chart.helm import Refused, render

SASL = {"security": "SASL_SSL", "bootstrapServers": "kafka.example:9093"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"image__repository": ""}, "image.repository: name the image that you built"),
        ({"kafka__bootstrapServers": ""}, "kafka.bootstrapServers: name your brokers"),
        ({"kafka__bootstrapServers": "kafka.example"}, "'/kafka/bootstrapServers'"),
        ({"kafka": SASL}, "kafka.sasl: SASL_SSL needs username, and secret: the name of an existing Secret"),
        ({"kafka__sasl__username": "tocsin"}, "kafka.security is PLAINTEXT, which signs nobody in"),
        ({"kafka__tls__caSecret": "ca"}, "kafka.security is PLAINTEXT, which is not encrypted"),
        ({"kafka__sasl__password": "hunter2"}, "additional properties 'password' not allowed"),
        ({"kafka__security": "TLS"}, "'/kafka/security'"),
        ({"processes__match__replcas": 2}, "additional properties 'replcas' not allowed"),
        ({"processes__tagging__replicas": 0}, "'/processes/tagging/replicas': minimum: got 0, want 1"),
        ({"processes__api": {"replicas": 3, "maxReplicas": 2}},
         "processes.api.maxReplicas: 2 is less than its replicas, 3"),
        ({"processes__api__resources__limits": None}, "'/processes/api/resources'"),
        ({"autoscaling__kind": "keda"}, "autoscaling.kind is keda, but nothing is scaled: give a process maxReplicas"),
        ({"config__existingClaim": "folder"}, "config.existingClaim holds the whole folder"),
        ({"config__files": {"wacthes/desk.yaml": ""}}, "wacthes/desk.yaml"),
        ({"config__files": {"watches/../../x.yaml": ""}}, "watches/../../x.yaml"),
        ({"config__files": {"watches/a__b.yaml": ""}}, "watches/a__b.yaml"),
        ({"ingress__enabled": True}, "ingress.host: name the host"),
        ({"push__websubCallback": "https://x.example"}, "it needs push.enabled, and secrets.websub.secret"),
        ({"push__ingress__enabled": True}, "push.ingress: it needs push.enabled, and a host"),
        ({"secrets__link__secret": "link"}, "secrets.link: links begin with publicUrl, which is empty"),
        ({"publicUrl": "tocsin.example"}, "'/publicUrl'"),
        ({"podSecurityContext__runAsNonRoot": False}, "'/podSecurityContext/runAsNonRoot'"),
        ({"env": [{"name": "TOCSIN_INSTANCE", "value": "one"}]}, "env TOCSIN_INSTANCE: the chart sets it"),
        ({"processes__api__env": [{"name": "TOCSIN_API_PORT", "value": "1"}]}, "env TOCSIN_API_PORT: the chart"),
        ({"env": [{"name": "TOCSIN_KAFKA_SSL_CAFILE", "value": "/x"}]}, "env TOCSIN_KAFKA_SSL_CAFILE: the chart"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_with_the_place(written: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        render(values("small"), **written)
    assert said in " ".join(str(refused.value).split())


def in_one_folder(folder: str, path: Path) -> Path:
    """Values with one file of half a mebibyte and more in this folder."""
    path.write_text(f"config:\n  files:\n    {folder}/all.yaml: |\n" + "      # a line of it\n" * 40_000)
    return path


def test_each_folder_may_fill_a_config_map_and_no_more(tmp_path: Path) -> None:
    files = [in_one_folder(name, tmp_path / f"{name}.yaml") for name in ("sources", "watches")]
    names = [each["metadata"]["name"] for each in render(values("small"), *files) if each["kind"] == "ConfigMap"]
    assert names == [f"tocsin-config-{part}" for part in ("pack", "settings", "sources", "watches")]

    twice = tmp_path / "twice.yaml"
    twice.write_text(files[0].read_text().replace("all.yaml", "more.yaml"))
    said = r"those under sources have \d+ bytes, and a ConfigMap holds 1 MiB; put the folder on a volume"
    with pytest.raises(Refused, match=said):
        render(values("small"), *files, twice)


def test_what_is_written_in_any_script_arrives_as_it_was() -> None:
    text = "# پاکستان می\u200cروم \u200f🙂\u2028 {{ not.a.template }} 'a' \"b\" \\ \t\n- {id: x}\n"
    manifests = render(values("small"), config__files={"watches/desk.yaml": text})
    [watches] = [each for each in manifests if each["metadata"]["name"] == "tocsin-config-watches"]
    assert watches["data"] == {"watches__desk.yaml": text}


def test_a_plain_job_provisions_where_hooks_cannot_and_has_a_new_name_when_it_is_another() -> None:
    def job(**written: Any) -> dict[str, Any]:
        [job] = [each for each in render(values("small"), **written) if each["kind"] == "Job"]
        return job

    hook = job()["metadata"]
    assert hook["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    plain = job(provision__hook=False)["metadata"]
    assert "annotations" not in plain
    again, newer = job(provision__hook=False), job(provision__hook=False, image__tag="0.3.0")
    assert again["metadata"]["name"] == plain["name"] != newer["metadata"]["name"]  # a Job cannot be changed
