"""What the environment says: `TOCSIN_*` for the process, `TOCSIN_KAFKA_*` for the broker."""

import socket
import ssl
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FilePath, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from services.backbone.errors import SettingsError
from services.backbone.secret import SecretMissing, read_secret

MIN_SECRET_CHARACTERS = 32
DEFAULT_CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "config"


class KafkaSettings(BaseSettings):
    """How to reach the broker; the same for every client library."""

    model_config = SettingsConfigDict(
        env_prefix="TOCSIN_KAFKA_", secrets_dir=None, extra="ignore", use_attribute_docstrings=True
    )

    bootstrap_servers: str = Field(default="127.0.0.1:9092", pattern=r"^[^\s,]+:\d+(,[^\s,]+:\d+)*$")
    """host:port, several separated by commas."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How the connection is secured."""
    ssl_cafile: FilePath | None = None
    """PEM file of the authorities to trust; the system's where unset."""
    ssl_certfile: FilePath | None = None
    """PEM file of the client's certificate, for mutual TLS."""
    ssl_keyfile: FilePath | None = None
    """PEM file of the client's key."""
    ssl_key_password: SecretStr | None = None
    """Password of the client's key."""
    ssl_key_password_file: FilePath | None = None
    """A file that holds it, for Compose and Kubernetes secrets."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How the client signs in, with SASL_PLAINTEXT and SASL_SSL."""
    sasl_username: str | None = None
    """The client's name."""
    sasl_password: SecretStr | None = None
    """The client's password."""
    sasl_password_file: FilePath | None = None
    """A file that holds the password, for Compose and Kubernetes secrets."""
    session_timeout_seconds: float = Field(default=10, ge=1, le=60)
    """After this long without a sign of life a consumer's partitions go to the others. Apache Kafka takes 6 or more."""
    replication_factor: int = Field(default=1, ge=1, le=7)
    """Copies of each topic that provisioning makes."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.ssl_key_password is None and self.ssl_key_password_file is not None:
            secret = _secret_in(self.ssl_key_password_file, "TOCSIN_KAFKA_SSL_KEY_PASSWORD_FILE")
            object.__setattr__(self, "ssl_key_password", secret)
        if self.security_protocol.startswith("SASL"):
            if self.sasl_password is None and self.sasl_password_file is not None:
                secret = _secret_in(self.sasl_password_file, "TOCSIN_KAFKA_SASL_PASSWORD_FILE")
                object.__setattr__(self, "sasl_password", secret)
            if self.sasl_username is None or self.sasl_password is None:
                raise ValueError("SASL needs TOCSIN_KAFKA_SASL_USERNAME and TOCSIN_KAFKA_SASL_PASSWORD (or ..._FILE)")
        return self

    def aiokafka(self) -> dict[str, Any]:
        """Connection arguments of every aiokafka client."""
        arguments: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            arguments["ssl_context"] = self.ssl_context()
        if self.security_protocol.startswith("SASL"):
            arguments |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": _plain(self.sasl_password),
            }
        return arguments

    def librdkafka(self) -> dict[str, Any]:
        """Connection arguments of every confluent-kafka client."""
        arguments: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
            "ssl.ca.location": self.ssl_cafile and str(self.ssl_cafile),
            "ssl.certificate.location": self.ssl_certfile and str(self.ssl_certfile),
            "ssl.key.location": self.ssl_keyfile and str(self.ssl_keyfile),
            "ssl.key.password": _plain(self.ssl_key_password),
        }
        if self.security_protocol.startswith("SASL"):
            arguments |= {
                "sasl.mechanism": self.sasl_mechanism,
                "sasl.username": self.sasl_username,
                "sasl.password": _plain(self.sasl_password),
            }
        return {name: value for name, value in arguments.items() if value is not None}

    def ssl_context(self) -> ssl.SSLContext:
        """The TLS context of the asyncio clients."""
        context = ssl.create_default_context(cafile=self.ssl_cafile and str(self.ssl_cafile))
        if self.ssl_certfile is not None:
            context.load_cert_chain(self.ssl_certfile, self.ssl_keyfile, _plain(self.ssl_key_password))
        return context


class Settings(BaseSettings):
    """What one process needs to know before it reads any file."""

    model_config = SettingsConfigDict(env_prefix="TOCSIN_", extra="ignore", use_attribute_docstrings=True)

    config: Path = DEFAULT_CONFIG
    """The configuration folder."""
    deployment: str = Field(default="tocsin", pattern=r"^[A-Za-z0-9._-]{1,100}$")
    """Names the consumer groups and transactional ids: two installations on one broker need two names."""
    instance: str = Field(default_factory=socket.gethostname, pattern=r"^[A-Za-z0-9._-]{1,200}$")
    """Tells instances of one process apart; the same after a restart. The host's name where unset."""
    host: str = "127.0.0.1"
    """Where health and metrics are served."""
    port: int = Field(default=8080, ge=0, le=65535)
    """`/healthz`, `/readyz` and `/metrics`; 0 takes any free port."""
    push_host: str = "127.0.0.1"
    """Where `POST /articles` and the WebSub callback are served, once a source of kind push or WebSub needs them."""
    push_port: int = Field(default=8090, ge=0, le=65535)
    """Their port; 0 takes any free port."""
    websub_callback: str | None = Field(default=None, pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$", max_length=500)
    """Public address that leads to `push_port`, like https://tocsin.example: turns WebSub on."""
    websub_secret: SecretStr | None = None
    """From which callback addresses and the secrets given to hubs are derived; 32 characters or more."""
    websub_secret_file: FilePath | None = None
    """A file that holds it, for Compose and Kubernetes secrets."""
    api_host: str = "127.0.0.1"
    """Where `tocsin run api` serves alerts over HTTP."""
    api_port: int = Field(default=8070, ge=0, le=65535)
    """Its port; 0 takes any free port."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$", max_length=500)
    """The address under which people reach `api_port`, like https://tocsin.example: links in mails begin with it."""
    link_secret: SecretStr | None = None
    """With which the links are signed that acknowledge an alert; 32 characters or more. Without it no mail has one."""
    link_secret_file: FilePath | None = None
    """A file that holds it, for Compose and Kubernetes secrets."""
    data: Path = Path(".tocsin")
    """A folder for what can be made anew: the alerts as `tocsin run api` finds them quickly."""
    recheck: bool = True
    """Ask again for the pages of articles that rang, 1, 6, 24 and 72 hours after, to see what was withdrawn."""
    canary: bool = True
    """Let an article in each script go through the whole line every few minutes, and tell the trouble channels when it
    does not arrive; the same for every process."""
    canary_interval_seconds: float = Field(default=300, ge=1, le=86_400)
    """How often; it is missing after three times as long. The same for every process."""
    contact: str | None = Field(default=None, pattern=r"^[!-'*-~]([ -'*-~]{0,198}[!-'*-~])?$")
    """A URL or mail address at which webmasters reach the desk; told to every host that is asked."""
    reason_file: Path | None = None
    """Where a process that fails leaves the reason: `tocsin run all` asks for it, and Kubernetes reads it from
    /dev/termination-log."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto`: readable on a terminal, JSON elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe event that is logged."""
    kafka: Annotated[KafkaSettings, NoDecode] = Field(default_factory=KafkaSettings)
    """The broker."""

    @model_validator(mode="after")
    def _links_complete(self) -> Self:
        if self.link_secret is None and self.link_secret_file is not None:
            object.__setattr__(self, "link_secret", _secret_in(self.link_secret_file, "TOCSIN_LINK_SECRET_FILE"))
        if self.link_secret is not None and len(self.link_secret.get_secret_value()) < MIN_SECRET_CHARACTERS:
            raise ValueError(
                f"TOCSIN_LINK_SECRET (or ..._FILE) needs {MIN_SECRET_CHARACTERS} or more characters; make one: "
                "openssl rand -hex 32"
            )
        return self

    @model_validator(mode="after")
    def _websub_complete(self) -> Self:
        if self.websub_secret is None and self.websub_secret_file is not None:
            object.__setattr__(self, "websub_secret", _secret_in(self.websub_secret_file, "TOCSIN_WEBSUB_SECRET_FILE"))
        secret = _plain(self.websub_secret)
        if self.websub_callback is not None and len(secret or "") < MIN_SECRET_CHARACTERS:
            raise ValueError(
                f"TOCSIN_WEBSUB_CALLBACK needs TOCSIN_WEBSUB_SECRET (or ..._FILE) of {MIN_SECRET_CHARACTERS} or more "
                "characters; make one: openssl rand -hex 32"
            )
        return self

    def group(self, stage: str) -> str:
        """The consumer group of a stage."""
        return f"{self.deployment}.{stage}"


def load_settings(**overrides: object) -> Settings:
    """Read the environment; `overrides` (from the command line) win.

    Raises:
        SettingsError: naming each variable that is wrong.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        prefix = "TOCSIN_KAFKA_" if error.title == "KafkaSettings" else "TOCSIN_"
        lines = [
            f"{prefix}{'_'.join(str(part) for part in detail['loc']).upper()}: {detail['msg']}"
            if detail["loc"]
            else detail["msg"].removeprefix("Value error, ")
            for detail in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("\n".join(lines)) from None


def _secret_in(path: Path, variable: str) -> SecretStr:
    try:
        text = read_secret(path)
    except SecretMissing as error:
        fix = error.fix or "write the secret there, or leave the variable out"
        raise ValueError(f"{variable}: {path} {error.what}; {fix}") from None
    if not text:
        raise ValueError(f"{variable}: {path} is empty; write the secret there, or leave the variable out")
    return SecretStr(text)


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
