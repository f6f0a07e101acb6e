"""`tocsin source list`: the worst on top, and without a broker what is configured."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.state import SourceError, SourceState
from services.backbone.record import encode
from services.backbone.settings import Settings
from services.backbone.topics import INGESTION_STATE
from services.broker import free_port
from tests.backbone.on_kafka import put
from tests.cli.command import run, variables_of

NOW = datetime.now(UTC)
SOURCES = """sources:
- {id: well, name: Well, url: "https://well.example/feed"}
- {id: new, name: New, url: "https://new.example/feed", headers: {X-Key: hush-hush}}
- {id: off, name: Off, url: "https://off.example/feed", enabled: false}
- {id: broken, name: Broken, url: "https://broken.example/feed", tier: 1, country: AF}
- {id: forbidden, name: Forbidden, url: "https://forbidden.example/feed"}
"""


def state(source: str, trouble: SourceError | None = None) -> SourceState:
    failing = {"failures": 3, "failing_since": NOW - timedelta(hours=5), "last_error": trouble} if trouble else {}
    return SourceState.model_validate(
        {"source_id": source, "url": f"https://{source}.example/feed", "polled_at": NOW, "entries": 20}
        | {"outcome": "failed" if trouble else "new", "last_success_at": NOW, "last_new_at": NOW - timedelta(hours=3)}
        | failing
    )


def test_the_worst_stands_on_top_with_its_reason_and_its_fix(settings: Settings) -> None:
    (settings.config / "sources").mkdir()
    (settings.config / "sources" / "desk.yaml").write_text(SOURCES)
    states = [
        state("well"),
        state("broken", SourceError(trouble="not-found", error="NotFound", message="the host answers 404 Not Found")),
        state("forbidden", SourceError(trouble="blocked", error="Blocked", message="the host answers 403 Forbidden")),
    ]
    asyncio.run(put(settings, [encode(INGESTION_STATE.name, one, "ingestion") for one in states]))

    told = run("source", "list", "--json", **variables_of(settings))
    assert (told.returncode, told.stderr) == (0, "")
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(line["id"], line["status"]) for line in lines] == [
        ("forbidden", "blocked"),
        ("broken", "failing"),
        ("new", "never-polled"),
        ("well", "new"),
        ("off", "paused"),
    ]
    assert "404 Not Found" in lines[1]["reason"]
    assert "tocsin source test broken" in lines[1]["fix"]
    assert (lines[1]["failures"], lines[1]["tier"], lines[1]["country"]) == (3, 1, "AF")
    assert "hush" not in told.stdout

    shown = run("source", "list", COLUMNS="200", **variables_of(settings)).stdout
    assert [line.split()[0] for line in shown.splitlines()[1:6]] == [line["id"] for line in lines]
    assert "3 hours ago" in shown
    assert shown.splitlines()[-1] == "5 sources: 1 blocked, 1 failing, 1 never-polled, 1 new, 1 paused"


def test_without_a_broker_it_shows_what_is_configured_and_says_so(folder: Path) -> None:
    (folder / "sources" / "desk.yaml").write_text(SOURCES)
    address = f"127.0.0.1:{free_port()}"
    told = run("source", "list", "--config", folder, COLUMNS="200", TOCSIN_KAFKA_BOOTSTRAP_SERVERS=address)

    assert told.returncode == 0
    assert [line.split()[0] for line in told.stdout.splitlines()[1:]] == ["well", "new", "off", "broken", "forbidden"]
    assert "https://well.example/feed" in told.stdout
    [said] = told.stderr.splitlines()
    assert said.startswith(f"how they fare is not known: no broker answers at {address}")
