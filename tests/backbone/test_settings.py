import os
import ssl
from pathlib import Path

import pytest

from services.backbone.errors import SettingsError
from services.backbone.settings import KafkaSettings, load_settings

PASSWORD = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A PEM file of authorities to trust: those of this machine."""
    paths = ssl.get_default_verify_paths()
    source = paths.cafile or paths.openssl_cafile
    if not source or not Path(source).is_file():
        pytest.skip("this machine trusts no authority: there is no PEM file to try")
    return Path(source)


def test_everything_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written = {
        "TOCSIN_CONFIG": str(tmp_path),
        "TOCSIN_DEPLOYMENT": "north",
        "TOCSIN_INSTANCE": "node-7",
        "TOCSIN_HOST": "0.0.0.0",  # noqa: S104 - only read here
        "TOCSIN_PORT": "9001",
        "TOCSIN_LOG_FORMAT": "json",
        "TOCSIN_LOG_LEVEL": "debug",
        "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": "a.example:9092,[::1]:9093",
        "TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
        "TOCSIN_KAFKA_REPLICATION_FACTOR": "3",
        "TOCSIN_SOMETHING_ELSE": "1",
    }
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.config, settings.deployment, settings.instance) == (tmp_path, "north", "node-7")
    assert (settings.host, settings.port, settings.log_format, settings.log_level) == ("0.0.0.0", 9001, "json", "debug")  # noqa: S104
    assert settings.kafka.bootstrap_servers == "a.example:9092,[::1]:9093"
    assert (settings.kafka.session_timeout_seconds, settings.kafka.replication_factor) == (6, 3)
    assert settings.group("decide") == "north.decide"


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_PORT", "9001")
    assert load_settings(port=0, log_format=None).port == 0


def test_without_any_variable_a_local_broker_and_the_default_pack_are_used() -> None:
    settings = load_settings()
    assert (settings.config / "tocsin.yaml").is_file()
    assert settings.kafka.aiokafka() == {"bootstrap_servers": "127.0.0.1:9092", "security_protocol": "PLAINTEXT"}
    assert settings.kafka.librdkafka() == {"bootstrap.servers": "127.0.0.1:9092", "security.protocol": "PLAINTEXT"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TOCSIN_PORT", "99999"),
        ("TOCSIN_PORT", "http"),
        ("TOCSIN_PUSH_PORT", "70000"),
        ("TOCSIN_WEBSUB_CALLBACK", "tocsin.example"),
        ("TOCSIN_WEBSUB_CALLBACK", "https://tocsin.example/?a=b"),
        ("TOCSIN_WEBSUB_CALLBACK", "https://user@tocsin.example"),
        ("TOCSIN_WEBSUB_SECRET_FILE", "/no/such/file"),
        ("TOCSIN_LOG_LEVEL", "loud"),
        ("TOCSIN_DEPLOYMENT", "a b"),
        ("TOCSIN_INSTANCE", ""),
        ("TOCSIN_KAFKA", "{"),
        ("TOCSIN_KAFKA_BOOTSTRAP_SERVERS", ""),
        ("TOCSIN_CONTACT", "desk (at) example"),
        ("TOCSIN_KAFKA_BOOTSTRAP_SERVERS", "localhost"),
        ("TOCSIN_KAFKA_BOOTSTRAP_SERVERS", "a:1, b:2"),
        ("TOCSIN_KAFKA_SECURITY_PROTOCOL", "plaintext"),
        ("TOCSIN_KAFKA_SASL_MECHANISM", "GSSAPI"),
        ("TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS", "0"),
        ("TOCSIN_KAFKA_REPLICATION_FACTOR", "0"),
        ("TOCSIN_KAFKA_SSL_CAFILE", "/no/such/file"),
        ("TOCSIN_KAFKA_SSL_CERTFILE", "/no/such/file"),
        ("TOCSIN_KAFKA_SSL_KEYFILE", "/no/such/file"),
        ("TOCSIN_KAFKA_SASL_PASSWORD_FILE", "/no/such/file"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable}: .") as refused:
        load_settings()
    assert "\n" not in str(refused.value)


def test_all_wrong_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_PORT", "-1")
    monkeypatch.setenv("TOCSIN_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert [line.split(":")[0] for line in str(refused.value).split("\n")] == ["TOCSIN_PORT", "TOCSIN_LOG_LEVEL"]


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
@pytest.mark.parametrize("given", [{}, {"SASL_USERNAME": "tocsin"}, {"SASL_PASSWORD": PASSWORD}], ids=lambda g: str(*g))
def test_sasl_needs_a_name_and_a_password(
    monkeypatch: pytest.MonkeyPatch, protocol: str, given: dict[str, str]
) -> None:
    monkeypatch.setenv("TOCSIN_KAFKA_SECURITY_PROTOCOL", protocol)
    for name, value in given.items():
        monkeypatch.setenv(f"TOCSIN_KAFKA_{name}", value)
    with pytest.raises(SettingsError, match=r"^SASL needs TOCSIN_KAFKA_SASL_USERNAME and TOCSIN_KAFKA_SASL_PASSWORD"):
        load_settings()


def test_a_password_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    monkeypatch.setenv("TOCSIN_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_USERNAME", "tocsin")
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_PASSWORD_FILE", str(tmp_path / "password"))
    settings = load_settings()
    assert settings.kafka.librdkafka()["sasl.password"] == PASSWORD
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_PASSWORD", "the one given itself")
    assert load_settings().kafka.librdkafka()["sasl.password"] == "the one given itself"


def test_a_password_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_USERNAME", "tocsin")
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_PASSWORD", PASSWORD)
    monkeypatch.setenv("TOCSIN_KAFKA_SSL_KEY_PASSWORD", PASSWORD)
    settings = load_settings()
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "tocsin" in shown
    assert PASSWORD not in shown
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_MECHANISM", PASSWORD)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert PASSWORD not in str(refused.value)


def test_tls(certificate: Path) -> None:
    kafka = KafkaSettings(security_protocol="SSL", ssl_cafile=certificate)
    arguments = kafka.aiokafka()
    context = arguments.pop("ssl_context")
    assert arguments == {"bootstrap_servers": "127.0.0.1:9092", "security_protocol": "SSL"}
    assert isinstance(context, ssl.SSLContext)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) > 0
    assert kafka.librdkafka() == {
        "bootstrap.servers": "127.0.0.1:9092",
        "security.protocol": "SSL",
        "ssl.ca.location": str(certificate),
    }


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_sasl(monkeypatch: pytest.MonkeyPatch, protocol: str) -> None:
    monkeypatch.setenv("TOCSIN_KAFKA_SECURITY_PROTOCOL", protocol)
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_MECHANISM", "PLAIN")
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_USERNAME", "tocsin")
    monkeypatch.setenv("TOCSIN_KAFKA_SASL_PASSWORD", PASSWORD)
    kafka = load_settings().kafka
    arguments = kafka.aiokafka()
    assert ("ssl_context" in arguments) == (protocol == "SASL_SSL")
    assert {name: arguments[name] for name in arguments if name.startswith("sasl")} == {
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "tocsin",
        "sasl_plain_password": PASSWORD,
    }
    assert kafka.librdkafka() == {
        "bootstrap.servers": "127.0.0.1:9092",
        "security.protocol": protocol,
        "sasl.mechanism": "PLAIN",
        "sasl.username": "tocsin",
        "sasl.password": PASSWORD,
    }


@pytest.mark.parametrize("secret", [None, "", "short" * 6])
def test_websub_needs_a_secret_that_is_long_enough(monkeypatch: pytest.MonkeyPatch, secret: str | None) -> None:
    monkeypatch.setenv("TOCSIN_WEBSUB_CALLBACK", "https://tocsin.example/in")
    if secret is not None:
        monkeypatch.setenv("TOCSIN_WEBSUB_SECRET", secret)
    with pytest.raises(SettingsError, match=r"^TOCSIN_WEBSUB_CALLBACK needs TOCSIN_WEBSUB_SECRET") as refused:
        load_settings()
    assert "openssl rand" in str(refused.value)
    assert "shortshort" not in str(refused.value)


def test_the_secret_of_websub_may_stand_in_a_file_and_is_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(PASSWORD * 3 + "\n", encoding="utf-8")
    monkeypatch.setenv("TOCSIN_WEBSUB_CALLBACK", "https://tocsin.example/in")
    monkeypatch.setenv("TOCSIN_WEBSUB_SECRET_FILE", str(tmp_path / "secret"))
    settings = load_settings()
    assert settings.websub_secret is not None
    assert settings.websub_secret.get_secret_value() == PASSWORD * 3
    assert PASSWORD not in f"{settings!r} {settings.model_dump()} {settings.model_dump_json()}"
