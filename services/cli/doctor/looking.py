"""To run checks side by side, each bounded: one that hangs or breaks is a finding, and stops no other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from aiokafka.errors import KafkaError

from services.backbone.errors import TocsinError, TopicMismatch
from services.cli.doctor.finding import Finding, warning

SECONDS: Final = 5.0
"""What a check may take."""

Check = Callable[[], Awaitable[Iterable[Finding]]]


async def look(checks: Mapping[str, Check], seconds: float = SECONDS) -> list[Finding]:
    """What the checks find, in their order."""
    found = await asyncio.gather(*(_bounded(name, check, seconds) for name, check in checks.items()))
    return [finding for findings in found for finding in findings]


def in_thread(judged: Callable[[], Iterable[Finding]]) -> Check:
    """A check that waits for files or programs; what it waits for too long goes on in its thread."""

    async def check() -> list[Finding]:
        return await asyncio.to_thread(lambda: list(judged()))

    return check


async def _bounded(name: str, check: Check, seconds: float) -> list[Finding]:
    try:
        async with asyncio.timeout(seconds):
            return list(await check())
    except TimeoutError:
        what = f"could not be seen within {seconds:.0f} s"
        return [warning(name, what, "try again; where it lasts, what is asked is overloaded or cut off")]
    except TopicMismatch:
        return []  # told by the check of the topics
    except (TocsinError, KafkaError, OSError) as reason:
        said = str(reason) or type(reason).__name__
        return [warning(name, f"could not be seen: {said}", "mend what it says, or what the other lines say")]
    except Exception as reason:  # a check that fails must not hide what the others found
        what = f"could not be seen: {type(reason).__name__}: {reason}"
        return [warning(name, what, "report this: a check of the doctor's broke")]
