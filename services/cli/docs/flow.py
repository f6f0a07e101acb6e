"""Who writes and who reads each topic, for the events reference; the names are those of `tocsin run`."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Ends(NamedTuple):
    """Both ends of a topic."""

    written_by: str
    read_by: str


ENDS: Final[Mapping[str, Ends]] = {
    "articles": Ends("`ingestion`", "`tagging`, `tocsin retag`"),
    "articles.tagged": Ends("`tagging`, `tocsin retag`", "`match`, back-tests"),
    "mentions": Ends("`match`", "`decide`"),
    "alerts": Ends("`decide`", "`notify`, `api`, `ingestion` (to look at the pages again), you"),
    "canary": Ends("`decide`", "`notify`"),
    "ingestion.state": Ends("`ingestion`", "`ingestion`"),
    "alerting.state": Ends("`decide`", "`decide`, `tocsin quiet`"),
    "watches": Ends("you", "`match`, `decide`, `notify`"),
    "configuration.changes": Ends("every process, of what it follows", "you"),
    "sources.incidents": Ends("`ingestion`", "`decide`, `tocsin quiet`, you"),
    "acknowledgements": Ends("`api`, `tocsin alerts`", "`decide`, `notify`, `api`, you"),
    "feedback": Ends("`api`, `tocsin alerts feedback`", "`api`, `tocsin watch stats`, you"),
    "notifications": Ends("`notify`", "`notify`"),
    "channels.state": Ends("`notify`, `tocsin channel enable`", "`notify`, `tocsin channel list`"),
    "channels.incidents": Ends("`notify`, `tocsin channel enable`", "you"),
    "deliveries": Ends("`notify`", "`notify`, `tocsin deliveries`, you"),
    "dead-letters": Ends("every process that reads a topic", "`tocsin dead-letters`, you"),
    "alerts.{name}": Ends("`decide`", "you"),
}
"""By the topic's name."""
