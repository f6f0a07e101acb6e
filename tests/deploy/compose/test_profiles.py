"""What stands in the compose file beside the ordinary start: how every container is confined, and three brokers."""

import asyncio
import json
import re
import ssl
from collections.abc import Iterator
from typing import Any, Final

import pytest
import trustme
from aiokafka import AIOKafkaConsumer
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from services.broker import free_port
from tests.deploy.compose.engine import DOCKERFILE, KAFKA, PYTHON, ROOT, DockerFailed, docker, engine
from tests.deploy.compose.stack import Stack

pytestmark = pytest.mark.timeout(900)  # the first run builds the image

CLUSTER: Final = ("--env-file", "deploy/compose/cluster.env")
REPLICAS: Final = """
from confluent_kafka.admin import AdminClient
from services.backbone.settings import load_settings
topics = AdminClient(load_settings().kafka.librdkafka()).list_topics(timeout=20).topics.values()
print(sorted({(len(p.replicas), len(p.isrs)) for t in topics for p in t.partitions.values()}))
"""


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """Every service of every profile, as Compose reads the file without any variable."""
    engine()
    told = docker(
        "compose", "--profile", "*", "config", "--format", "json", environment={"COMPOSE_ENV_FILES": "/dev/null"}
    )
    found: dict[str, Any] = json.loads(told)["services"]
    return found


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A desk without sources."""
    with Stack(tmp_path_factory.mktemp("cluster")).removed() as stack:
        yield stack


def key_and_chain(certificate: trustme.LeafCert) -> str:
    """One PEM file, as Kafka reads it."""
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    return (key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain).decode()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_every_container_is_confined(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"], name
        assert int(service["mem_limit"]) <= 768 * 1024**2, name
        assert service["pids_limit"] <= 500, name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}, name
        assert service["restart"] == ("no" if name in ("provision", "cli", "cluster") else "unless-stopped"), name
        assert all(port["host_ip"] == "127.0.0.1" for port in service.get("ports", [])), name


def test_every_image_is_pinned_and_no_secret_is_in_an_environment(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert re.search(r":v?\d+(\.\d+)+$", service["image"]), name
        secret = [key for key in service.get("environment", {}) if re.search("PASSWORD$|SECRET$|TOKEN$", key)]
        assert not secret, name
    assert services["kafka"]["image"] == KAFKA
    assert DOCKERFILE.read_text("utf-8").count(f"FROM {PYTHON}") == 2


def test_who_was_let_in_subscribes_from_outside_over_tls(stack: Stack) -> None:
    port = free_port()
    stack.beside = (ROOT / "deploy" / "compose" / "subscribers.yaml",)
    stack.more = {"TOCSIN_SUBSCRIBERS_HOST": "localhost", "TOCSIN_SUBSCRIBERS_PORT": str(port)}
    authority = trustme.CA()
    stack.keeps("subscribers.pem", key_and_chain(authority.issue_cert("localhost")))
    stack.writes("watches/none.yaml", {"watches": []})
    stack.compose("up", "--detach", "--no-build", "--wait", "match")

    shown = stack.compose("run", "--rm", "-T", "cli", "access", "add", "kabul", "--topics", "alerts")
    [password] = re.findall(r"^password  (\S+)$", shown, re.MULTILINE)

    async def seen() -> set[object]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=f"localhost:{port}",
            security_protocol="SASL_SSL",
            ssl_context=trusting(authority),
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username="kabul",
            sasl_plain_password=password,
        )
        async with asyncio.timeout(30), consumer:
            return set(await consumer.topics())

    assert asyncio.run(seen()) == {"alerts"}, "it sees what it may read, and that nothing else exists"


def test_three_brokers_without_what_they_need_are_refused_at_once(stack: Stack) -> None:
    with pytest.raises(DockerFailed, match="exit 1"):
        stack.compose("--profile", "cluster", "up", "--detach", "--no-build", "--wait", "kafka-2", "kafka-3")
    assert "--env-file deploy/compose/cluster.env" in stack.compose("--profile", "cluster", "logs", "cluster")
    assert not stack.inspect("kafka-2").get("State", {}).get("Running")


def test_three_brokers_hold_each_record_three_times(stack: Stack) -> None:
    stack.writes("watches/none.yaml", {"watches": []})
    stack.compose(*CLUSTER, "up", "--detach", "--no-build", "--wait", "kafka-2", "kafka-3", "match")
    script = ["run", "--rm", "-T", "--entrypoint", "python", "cli", "-c", REPLICAS]
    assert "[(3, 3)]" in stack.compose(*CLUSTER, *script)

    stack.compose(*CLUSTER, "kill", "--signal", "KILL", "kafka-2")
    assert "(3, " in stack.compose(*CLUSTER, *script), "two of three go on"
