"""Which broker is new enough: judged by the requests that it knows, not by a number that it may tell."""

from collections.abc import Mapping
from typing import Final

from services.backbone.wire import ApiVersions

OLDEST: Final = "2.5"
NEEDED: Final[Mapping[int, tuple[str, int, str]]] = {
    9: ("OffsetFetch", 7, "offsets that no open transaction can change"),
    28: ("TxnOffsetCommit", 3, "transactions that an ousted process cannot end"),
}
"""By number: the request, the version that is needed of it, and what for. Both came with Apache Kafka 2.5 (KIP-447);
with less, alerts can be lost or repeated, and nobody would see it."""


def lacks(versions: ApiVersions) -> list[str]:
    """What a broker cannot do that we rely on, each in words."""
    return [
        f"it has no {name}, for {purpose}"
        if number not in versions
        else f"its {name} goes to version {versions[number][1]}, and {least} is needed for {purpose}"
        for number, (name, least, purpose) in NEEDED.items()
        if number not in versions or versions[number][1] < least
    ]
