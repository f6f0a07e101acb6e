"""Alerts to ask again about."""

from datetime import datetime
from typing import Any

from schemas import Alert, ids

_EXAMPLE: dict[str, Any] = Alert.model_json_schema()["examples"][0]


def alert(rang_at: datetime, url: str, *, source_id: str = "one", article_id: str = "art-1", **more: Any) -> Alert:
    """A ring of this moment for the article at this address."""
    source = {"id": source_id, "name": source_id.title()}
    about = _EXAMPLE["article"] | {"id": article_id, "url": url, "title": "Talks", "marks": [], "source": source}
    values = {"id": ids.alert_id("kabul-desk", article_id), "article": about, "rang_at": rang_at, "action": "ring"}
    return Alert.model_validate(_EXAMPLE | values | {"held": None, "items": [], "sequence": 0} | more)
