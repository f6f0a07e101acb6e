"""lag: a group is behind for a reason that somebody can mend, or it is not."""

from datetime import UTC, datetime, timedelta

import pytest

from services.backbone.topics import ALERTS, ARTICLES, NOTIFICATIONS
from services.cli.doctor.finding import State
from services.cli.doctor.groups import Group, Reader, readers_of
from services.cli.doctor.lag import judge_lag

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TAGGING = Reader("tagging", "tagging", ARTICLES)
DESK = Reader("notify.desk", "notify", NOTIFICATIONS, holds=None)
RECHECK = Reader("recheck-6h", "ingestion", ALERTS, holds=timedelta(hours=7))


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


@pytest.mark.parametrize(
    ("group", "state", "told"),
    [
        (Group(TAGGING, 1, 0, None, 0), State.OK, "1 group: nothing waits"),
        (Group(TAGGING, 1, 40, ago(seconds=3), 0), State.OK, "1 group: 40 records under way"),
        (
            Group(TAGGING, 1, 9000, ago(minutes=30), 100),
            State.WARNING,
            "it moves by 50 a second and would be through in 3",
        ),
        (Group(TAGGING, 1, 9000, ago(minutes=30), 0), State.ERROR, "and it stands still"),
        (Group(TAGGING, 0, 9000, ago(minutes=30), 0), State.ERROR, "nobody reads: tagging does not run"),
        (Group(TAGGING, 0, 1, ago(seconds=30), 0), State.OK, "under way"),
        (Group(TAGGING, 1, 9000, ago(days=6), 100), State.ERROR, "records are deleted after 7 days"),
        (
            Group(TAGGING, 1, 0, None, 0, lost=12),
            State.ERROR,
            "12 records of articles were deleted before it had handled",
        ),
        (Group(DESK, 1, 3, ago(hours=9), 0), State.OK, "1 group: nothing waits, 3 held on purpose"),
        (Group(DESK, 0, 3, ago(hours=9), 0), State.ERROR, "nobody reads: notify does not run"),
        (Group(RECHECK, 1, 3, ago(hours=5), 0), State.OK, "3 held on purpose"),
        (Group(RECHECK, 1, 3, ago(hours=9), 0), State.ERROR, "and it stands still"),
    ],
)
def test_each_way_of_being_behind_has_its_own_word(group: Group, state: State, told: str) -> None:
    [finding] = judge_lag([group], NOW)
    assert finding.state is state
    assert told in finding.found


def test_every_reader_of_an_installation_is_looked_at() -> None:
    names = [reader.name for reader in readers_of(["desk"], recheck=True)]
    assert names[:5] == ["tagging", "match", "decide", "route", "notify.desk"]
    assert names[5:] == ["recheck-1h", "recheck-6h", "recheck-1d", "recheck-3d"]
    assert len(readers_of(["desk"], recheck=False)) == 5


def test_groups_that_this_user_may_not_join_are_an_error_and_no_silence() -> None:
    [finding] = judge_lag([Group(TAGGING, 0, 0, None, 0, denied=True)], NOW)
    assert (finding.check, finding.state) == ("rights", State.ERROR)
    assert finding.found == "1 group of the deployment may not be joined by this user: tagging"
