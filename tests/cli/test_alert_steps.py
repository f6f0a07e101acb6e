"""What somebody does about an alert from a terminal, and what it adds up to."""

import asyncio
import json

import pytest

from schemas import FeedbackVerdict, Held
from services.alerting.handling.steps import word
from services.backbone.errors import TocsinError
from services.backbone.record import decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, FEEDBACK
from services.cli.alert_steps import Refused, UnknownAlert
from tests.alerting.examples import NOON, alert
from tests.backbone.on_kafka import put, stands_in
from tests.cli.command import invoke, variables_of


def tocsin(settings: Settings, *arguments: str) -> str:
    """What it says; an error of ours is raised."""
    told = invoke(*arguments, **variables_of(settings))
    if isinstance(told.exception, TocsinError):
        raise told.exception
    assert told.exit_code == 0, told.output
    return told.stdout


def test_an_alert_is_acknowledged_assigned_noted_and_released(settings: Settings) -> None:
    one, other = alert(slug="one"), alert(slug="other")
    later = one.model_copy(update={"action": "update", "sequence": 1})
    asyncio.run(put(settings, [encode(ALERTS.name, each, "decide") for each in (other, one, later)]))

    def alerts(*arguments: str) -> str:
        return tocsin(settings, "alerts", *arguments)

    said = alerts("acknowledge", one.id, "--by", "Zarmina", "--note", "I call\nhim")
    assert f"{one.id}: acknowledged by Zarmina at " in said
    assert "  Zarmina, " in said
    assert said.rstrip().endswith("UTC: I call him")
    assert "acknowledged by Zarmina" in alerts("acknowledge", f"{one.id}.1", "--by", "Farid"), "the first one stays"
    assert "assigned to Farid" in alerts("assign", one.id, "--to", "Farid", "--by", "Zarmina")
    assert "assigned" not in alerts("assign", one.id, "--nobody", "--by", "Zarmina")
    assert "he denies it" in alerts("note", one.id, "he denies it", "--by", "Farid")
    assert f"{one.id}: nobody cares for it" in alerts("release", one.id, "--by", "Zarmina")
    assert "says Sana" in alerts("feedback", one.id, "false", "--by", "Sana", "--note", "another man")

    steps = [decode(ACKNOWLEDGEMENTS, record) for record in asyncio.run(stands_in(settings, ACKNOWLEDGEMENTS.name))]
    actions = ["acknowledge", "acknowledge", "assign", "assign", "note", "release"]
    assert [step.action for step in steps] == actions
    assert {(step.alert_id, step.watch, step.via) for step in steps} == {(one.id, one.watch.id, "cli")}
    [word] = [decode(FEEDBACK, record) for record in asyncio.run(stands_in(settings, FEEDBACK.name))]
    assert (word.alert_id, word.verdict, word.by, word.note) == (one.id, "false", "Sana", "another man")

    with pytest.raises(UnknownAlert, match="no alert has the id 'alr-nothing'"):
        alerts("acknowledge", "alr-nothing", "--by", "Zarmina")
    with pytest.raises(Refused, match="say whose it is: --to NAME, or --nobody"):
        alerts("assign", one.id, "--by", "Zarmina")
    with pytest.raises(Refused, match="by: no name"):
        alerts("release", one.id, "--by", " ")
    assert len(asyncio.run(stands_in(settings, ACKNOWLEDGEMENTS.name))) == len(actions)


def test_what_people_said_adds_up_to_the_precision_of_watches_and_aliases(settings: Settings) -> None:
    told = [alert(slug=f"story-{number}") for number in range(4)]
    held = alert(slug="held").model_copy(update={"held": Held.SILENCED})
    elsewhere = alert(watch="other", slug="one")
    rung = [encode(ALERTS.name, each, "decide") for each in (*told, held, elsewhere)]
    verdicts = zip((*told, elsewhere), ("false", "useful", "false", "duplicate", "useful"), strict=True)
    words = [word(of.id, of.watch.id, FeedbackVerdict(said), "Sana", NOON, "api") for of, said in verdicts]
    asyncio.run(put(settings, rung + [encode(FEEDBACK.name, each, "api") for each in words]))

    lines = [json.loads(line) for line in tocsin(settings, "watch", "stats", "--json").splitlines()]
    counts = {"told": 4, "useful": 1, "false": 2, "duplicate": 1, "unanswered": 0, "precision": 0.5}
    assert lines[0] == {
        "watch": "ttp",
        **counts,
        "between": [pytest.approx(0.15, abs=1e-3), pytest.approx(0.85, abs=1e-3)],
    }
    assert [line["watch"] for line in lines if "watch" in line] == ["ttp", "other"], "the noisier one on top"
    of_alias = {line["alias"]: line["told"] for line in lines if "alias" in line}
    assert of_alias == {"TTP": 5}

    shown = " ".join(tocsin(settings, "watch", "stats", "ttp", "--since", "1d").split())
    assert "ttp 4 1 2 1 0 50% (15% to 85%)" in shown
    assert "TTP Ttp 4 1 2 1 0 50% (15% to 85%)" in shown
    assert "4 of them judged" in shown
    assert "not counted: words on other alerts, or on collective ones: 1" in shown
