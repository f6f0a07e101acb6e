import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog
from prometheus_client import REGISTRY, Counter, Gauge, Histogram

from services.backbone import telemetry
from services.backbone.telemetry import configure_logging, logger


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def configured(form: Literal["auto", "json", "console"] = "auto", level: str = "info") -> structlog.stdlib.BoundLogger:
    configure_logging(form, level)
    return logger()


def test_off_a_terminal_each_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configured().info("feed.polled", source="desk-یک", entries=3, title="two\nlines \x1b[31m")
    out, err = capsys.readouterr()
    assert out == ""
    [line] = err.splitlines()
    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "feed.polled",
        "level": "info",
        "source": "desk-یک",
        "entries": 3,
        "title": "two\nlines \x1b[31m",
    }
    assert "یک" in line, "readable, not escaped"


def test_a_library_speaks_in_the_same_form_and_names_itself(capsys: pytest.CaptureFixture[str]) -> None:
    configured()
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("some.library").exception("it broke: %s", "here")
    [line] = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["logger"]) == ("it broke: here", "error", "some.library")
    assert "ValueError: why" in event["exception"]


def test_what_is_less_severe_than_asked_for_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    log = configured(level="warning")
    log.info("not.this")
    logging.getLogger("some.library").info("nor this")
    log.warning("but.this")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["but.this"]


def test_the_console_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    log = configured("console")
    log.info("feed.polled", source="desk")
    try:
        raise ValueError("why")
    except ValueError:
        log.exception("process.failed")  # a warning of structlog about our setup would be an error here
    shown = capsys.readouterr().err
    assert "feed.polled" in shown
    assert "ValueError: why" in shown
    with pytest.raises(json.JSONDecodeError):
        json.loads(shown.splitlines()[0])


def test_a_library_that_repeats_itself_is_heard_once_a_minute_and_we_always_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = configured()
    library = logging.getLogger("some.library")
    for seconds in (0, 1, 59, 61, 62, 122):
        record = library.makeRecord(library.name, logging.ERROR, "f", 1, "broker %s is away", (seconds,), None)
        record.created = 1_000_000 + seconds
        library.handle(record)
    library.error("something else")
    for _ in range(3):
        log.error("broker.away")
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == [
        *(f"broker {seconds} is away" for seconds in (0, 61, 122)),
        "something else",
        *["broker.away"] * 3,
    ]


def test_a_clock_that_was_set_back_silences_no_library(capsys: pytest.CaptureFixture[str]) -> None:
    configured()
    library = logging.getLogger("some.library")
    for created in (1_000_000, 1_000_000 - 7200):
        record = library.makeRecord(library.name, logging.ERROR, "f", 1, "the broker is away", (), None)
        record.created = created
        library.handle(record)
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_every_metric_is_ours_by_name_and_says_what_it_counts() -> None:
    declared = [metric for metric in vars(telemetry).values() if isinstance(metric, Counter | Gauge | Histogram)]
    assert len(declared) > 10
    described = [described for metric in declared for described in metric.describe()]
    assert {metric.name for metric in described} <= {metric.name for metric in REGISTRY.collect()}
    for metric in described:
        assert metric.name.startswith("tocsin_")
        assert metric.documentation.endswith("."), metric.name
