"""Dead letters of the last day, by stage and reason."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

from schemas import DeadLetter
from services.backbone.settings import KafkaSettings
from services.backbone.topics import DEAD_LETTERS
from services.cli.doctor.finding import Finding, counted, ok, warning
from services.cli.stored import opened, read

LOOK_BACK: Final = timedelta(days=1)
NEWEST: Final = 5_000
SHOWN: Final = 3
_REASON_CHARACTERS: Final = 80


async def look_at_dead_letters(kafka: KafkaSettings, now: datetime) -> list[Finding]:
    """Read those of the last day, the newest 5 000 of them."""
    letters: dict[str, DeadLetter] = {}
    async with opened(kafka) as stored:
        lately = await stored.stretch(DEAD_LETTERS.name, now - LOOK_BACK)
        async with aclosing(stored.records(lately.newest(NEWEST))) as records:
            async for record in records:
                key = (record.key or b"").decode("utf-8", "replace")
                if record.value is None:
                    letters.pop(key, None)  # it was sent again
                elif (letter := read(DEAD_LETTERS, record)) is not None:
                    letters[key] = letter
    return list(judge_dead_letters(letters.values()))


def judge_dead_letters(letters: Iterable[DeadLetter]) -> Iterator[Finding]:
    """The most frequent reasons, each with what to do."""
    by_reason: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in letters:
        by_reason.setdefault((letter.stage, _reason(letter)), []).append(letter)
    if not by_reason:
        yield ok("dead letters", "none in the last day")
        return
    counts = Counter({reason: len(found) for reason, found in by_reason.items()})
    for (stage, reason), number in counts.most_common(SHOWN):
        fix = by_reason[stage, reason][-1].fix
        yield warning(
            "dead letters", f"{counted(number, 'record')} of the last day set aside by {stage}: {reason}", fix
        )
    if (more := len(counts) - SHOWN) > 0:
        yield warning("dead letters", f"{counted(more, 'further reason')}", "tocsin dead-letters list shows all")


def _reason(letter: DeadLetter) -> str:
    """The error without its details: what it is of many, not of one."""
    return letter.error.splitlines()[0].partition(": ")[0][:_REASON_CHARACTERS] if letter.error else "no reason given"
