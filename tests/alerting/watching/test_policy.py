"""What a watch may say of when people are told, and what is refused with which words."""

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from services.alerting.watching.policy import Cooldown, Digest, Group, Hours, Limit
from services.backbone.configuration import read_part
from services.backbone.errors import ConfigurationError


class Policies(BaseModel):
    """A part of a watch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: Hours | None = None
    group: Group | None = None
    cooldown: Cooldown | None = None
    digest: Digest | None = None
    limit: Limit | None = None


def read(**written: Any) -> Policies:
    return Policies.model_validate(written)


def test_hours_are_read_as_they_are_written() -> None:
    written = {"days": ["fri", "mon"], "from": "08:00", "to": "18:30", "zone": "Asia/Kabul", "through": "high"}
    hours = read(hours=written).hours
    assert hours == Hours(days=("mon", "fri"), opens=time(8), closes=time(18, 30), zone="Asia/Kabul", through="high")
    assert read(hours=hours).hours == hours, "as Python gives it back"


def test_what_is_left_out_of_hours_is_every_day_utc_and_critical_alerts_pass() -> None:
    hours = read(hours={"from": "00:00", "to": "24:00"}).hours
    assert hours is not None
    assert (len(hours.days), hours.closes, hours.zone, hours.through) == (7, None, "UTC", "critical")


def test_short_forms_stand_for_long_ones() -> None:
    assert read(cooldown="1h").cooldown == Cooldown(time=timedelta(hours=1), by="entity")
    assert read(cooldown=90).cooldown == Cooldown(time=timedelta(seconds=90), by="entity")
    assert read(cooldown={"time": "2d", "by": "watch"}).cooldown == Cooldown(time=timedelta(days=2), by="watch")
    assert read(digest="hourly").digest == Digest(cron="0 * * * *", zone="UTC")
    assert read(digest={"cron": "weekly", "zone": "Asia/Kabul"}).digest == Digest(cron="0 7 * * 1", zone="Asia/Kabul")
    assert read(digest={"cron": " 0  7 * * 1-5"}).digest == Digest(cron="0 7 * * 1-5", zone="UTC")


def test_a_group_waits_as_alertmanager_does_where_nothing_is_said() -> None:
    group = read(group={"by": "story"}).group
    assert group == Group(by="story", wait=timedelta(seconds=30), interval=timedelta(minutes=5))
    assert read(group={"by": "watch", "wait": "0s"}).group == Group(by="watch", wait=timedelta(0))


def test_a_limit_is_per_hour_where_nothing_is_said() -> None:
    assert read(limit={"alerts": 10}).limit == Limit(alerts=10, per=timedelta(hours=1))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"hours": {"from": "08:00", "to": "18:00", "zone": "Asia/Kabol"}}, "did you mean 'Asia/Kabul'?"),
        ({"hours": {"from": "08:00", "to": "18:00", "zone": "../../etc/passwd"}}, "unknown time zone"),
        ({"hours": {"from": "08:00", "to": "18:00", "zone": "Asia"}}, "unknown time zone 'Asia'"),
        ({"hours": {"from": "8", "to": "18:00"}}, 'write it like "08:00"'),
        ({"hours": {"from": "25:00", "to": "18:00"}}, 'write it like "08:00"'),
        ({"hours": {"from": 800, "to": "18:00"}}, 'write it like "08:00"'),
        ({"hours": {"from": "08:00", "to": "08:00"}}, "hours that end as they begin; write from"),
        ({"hours": {"from": "24:00", "to": "08:00"}}, "hours that begin at the end of a day; write from"),
        ({"hours": {"from": "08:00", "to": "18:00", "days": ["monday"]}}, "'monday' is no day; write mon, tue"),
        ({"hours": {"from": "08:00", "to": "18:00", "days": []}}, "no list of days; write it like [mon"),
        ({"hours": {"from": "08:00", "to": "18:00", "days": 5}}, "no list of days; write it like [mon"),
        ({"digest": "dayly"}, "unknown digest 'dayly'; did you mean 'daily'?"),
        ({"digest": "0 7 * * *"}, "write hourly, daily, weekly, or {cron:"),
        ({"digest": {"cron": "0 0 7 * * *"}}, "not a cron expression of five fields"),
        ({"digest": {"cron": "61 7 * * *"}}, "not a cron expression (bad minute)"),
        ({"digest": {"cron": "0 7 30 2 *"}}, "not a cron expression (bad day-of-month)"),
        ({"digest": {"cron": "0 7 */29 2 1#5"}}, "a day that never comes"),
        ({"digest": {"cron": "daily", "zone": "Kabul"}}, "unknown time zone 'Kabul'"),
        ({"cooldown": "soon"}, "not a duration; write seconds, or a number with s, m, h, d or w"),
        ({"cooldown": "0s"}, "0s is too short or too long; write a duration from 1s to 30d"),
        ({"cooldown": "31d"}, "write a duration from 1s to 30d"),
        ({"group": {"by": "story", "wait": "2d"}}, "write a duration from 0s to 1d"),
        ({"group": {"by": "story", "interval": "0s"}}, "write a duration from 1s to 1d"),
        ({"limit": {"alerts": 0}}, "a limit below 1 or above 1,000; write how many"),
        ({"limit": {"alerts": 1_001}}, "a limit below 1 or above 1,000; write how many"),
        ({"limit": {"alerts": 10, "per": "8d"}}, "write a duration from 1s to 1w"),
    ],
)
def test_what_is_refused_is_told_with_what_to_do(written: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(**written)
    assert told in str(refused.value)


def test_a_mistake_in_a_file_is_told_with_its_place_and_the_keys_that_people_write(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text(
        'hours:\n  form: "08:00"\n  to: "18:00"\n  until: "19:00"\ncooldown: soon\ngroup: {by: source}\n'
    )
    with pytest.raises(ConfigurationError) as refused:
        read_part(tmp_path, "settings", Policies)
    assert [str(defect) for defect in refused.value.defects if "group" not in defect.where.path] == [
        "tocsin.yaml:1 hours: 'from' is missing; add it",
        "tocsin.yaml:2 hours.form: unknown key 'form'; did you mean 'from'?",
        "tocsin.yaml:4 hours.until: unknown key 'until'; known here: days, from, to, zone, through",
        "tocsin.yaml:5 cooldown: not a duration; write seconds, or a number with s, m, h, d or w: 15m",
    ]
    assert "tocsin.yaml:6 group.by" in str(refused.value)
