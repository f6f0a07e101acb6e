import asyncio
from dataclasses import dataclass, field

from services.alerting.notify.channels.channel import Channel
from services.alerting.notify.running import GONE_SECONDS, STANDS_STILL_SECONDS, RunningChannels
from tests.alerting.notify.desk import box


@dataclass
class Loop:
    """A loop that works until it is stopped, and then takes its time."""

    channel: Channel
    moved_at: float = 0.0
    stopped: list[bool] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        await self.ended.wait()

    def stop(self, *, removed: bool = False) -> None:
        self.stopped.append(removed)


class Hall:
    """The channels at work, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.loops: list[Loop] = []
        self.running = RunningChannels(self._begin, lambda: self.now)

    def _begin(self, channel: Channel) -> Loop:
        self.loops.append(Loop(channel, self.now))
        return self.loops[-1]

    async def ends(self, loop: Loop) -> None:
        loop.ended.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_each_channel_has_one_loop_and_another_description_another_one() -> None:
    hall, first, second = Hall(), box("hook"), box("hook", concurrency=2)
    hall.running.look({"hook": first})
    hall.running.look({"hook": first})
    [loop] = hall.loops
    hall.running.look({"hook": second})
    assert (loop.stopped, len(hall.loops)) == ([False], 1), "the one before may end what it has under way"
    await hall.ends(loop)
    hall.running.look({"hook": second})
    assert [each.channel for each in hall.loops] == [first, second]
    await hall.ends(hall.loops[-1])
    await hall.running.end()


async def test_a_channel_that_is_back_soon_goes_on_and_one_that_stays_away_gives_up() -> None:
    hall, hook = Hall(), box("hook")
    hall.running.look({"hook": hook})
    hall.running.look({})
    await hall.ends(hall.loops[0])
    hall.now = GONE_SECONDS - 1
    hall.running.look({"hook": hook})
    assert [loop.stopped for loop in hall.loops] == [[False], []], "it was put back"

    hall.running.look({})
    await hall.ends(hall.loops[1])
    hall.now = 2 * GONE_SECONDS - 2
    hall.running.look({})
    assert len(hall.loops) == 2
    hall.now = 2 * GONE_SECONDS
    hall.running.look({})
    assert [loop.stopped for loop in hall.loops] == [[False], [False], [True]]
    hall.running.look({"hook": hook})
    assert len(hall.loops) == 3, "it waits until the other has given up"
    await hall.ends(hall.loops[2])
    hall.running.look({"hook": hook})
    assert hall.loops[3].stopped == []
    await hall.ends(hall.loops[3])
    await hall.running.end()


async def test_a_loop_that_stands_still_is_seen() -> None:
    hall = Hall()
    hall.running.look({"hook": box("hook")})
    seen = [hall.running.moves]
    hall.now = STANDS_STILL_SECONDS
    assert [*seen, hall.running.moves] == [True, False]
    await hall.ends(hall.loops[0])
    await hall.running.end()
