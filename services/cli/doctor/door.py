"""Whether the broker lets us in, and whether it would let our transactions begin."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from aiokafka.protocol.coordination import FindCoordinatorRequest

from services.backbone.clients import new_consumer
from services.backbone.reaching import Obstacle, Reached
from services.backbone.settings import KafkaSettings, Settings
from services.cli.connection import connected
from services.cli.doctor.finding import Finding, error, named, ok

_TRANSACTION: Final = 1
_DENIED: Final = 53
"""TRANSACTIONAL_ID_AUTHORIZATION_FAILED"""


def judge_reached(found: Reached | Obstacle, kafka: KafkaSettings) -> Finding:
    """How far it went."""
    if isinstance(found, Obstacle):
        return error("broker", f"{found.what}; what depends on it was not looked at", found.fix)
    how = kafka.security_protocol
    who = f" as {kafka.sasl_username}" if how.startswith("SASL") else ""
    return ok("broker", f"{found.server} lets us in{who} by {how} within {found.seconds * 1000:.0f} ms")


async def look_at_transactions(settings: Settings) -> list[Finding]:
    """Ask who would look after our transactions: whoever may not use the id is refused. Nothing begins by asking.

    To begin one would fence the process that decides.
    """
    if settings.kafka.security_protocol == "PLAINTEXT":
        return []  # nobody is known by name, so nobody is refused
    name = f"{settings.deployment}.decide.{settings.instance}"
    async with connected(new_consumer(settings.kafka), settings.kafka) as consumer:
        client: Any = consumer._client
        answer = await client.send(client.get_random_node(), FindCoordinatorRequest(name, _TRANSACTION))
    return list(judge_transactions({name: answer.error_code}))


def judge_transactions(codes: dict[str, int]) -> Iterator[Finding]:
    """What the broker answered, by transactional id."""
    denied: Collection[str] = [name for name, code in codes.items() if code == _DENIED]
    if denied:
        what = f"transactional id {named(denied)}: nothing is allowed to this user, so decide cannot write an alert"
        yield error("rights", what, "grant Write and Describe on the transactional ids that begin with the deployment")
