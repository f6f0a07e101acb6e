"""The answer: every stage that an article came through, and one sentence. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from services.alerting.notify.neutral import neutral
from services.cli.why.step import Outcome, Stage, Step

_MARKS: Final = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.STOPPED: ("✗", "bold red"),
    Outcome.HELD: ("…", "bold yellow"),
    Outcome.NOT_YET: ("?", "bold yellow"),
}
_ENDS: Final = {
    Outcome.STOPPED: "stopped at {stage}: {what}",
    Outcome.HELD: "waits at {stage}: {what}",
    Outcome.NOT_YET: "has not come through {stage} yet: {what}",
}


def sentence(steps: Sequence[Step]) -> str:
    """The answer in one sentence."""
    last = next((step for step in steps if step.ends), None)
    said = {step.stage: step.what for step in steps if not step.ends}
    if last is None:
        return "It rang: " + "; ".join(
            said[stage] for stage in (Stage.DECIDE, Stage.HOLDING, Stage.DELIVERY) if stage in said
        )
    ends = _ENDS[last.outcome].format(stage=last.stage.value, what=last.what)
    answer = f"It rang, and {ends}" if Stage.HOLDING in said else f"It {ends}"
    return answer + (f"; fix: {last.fix}" if last.fix else "")


def show(console: Console, steps: Sequence[Step]) -> None:
    """Print it for a person to read."""
    width = max(len(stage) for stage in Stage)
    for step in steps:
        mark, style = _MARKS[step.outcome]
        console.print(Text.assemble((mark, style), f" {step.stage.value:{width}}  ", (neutral(step.what), "bold")))
        for line in step.evidence:
            console.print(Text(f"  {'':{width}}  {neutral(line)}", "dim"))
        if step.fix:
            console.print(Text.assemble(f"  {'':{width}}  ", (f"fix: {neutral(step.fix)}", "green")))
    console.print(Text(f"\n{neutral(sentence(steps))}", "bold"))


def document(watch: str, article: str, title: str, steps: Sequence[Step]) -> dict[str, Any]:
    """The same for a program to read."""
    last = next((step for step in steps if step.ends), None)
    return {
        "watch": watch,
        "article": article,
        "title": title,
        "rang": any(step.stage is Stage.DECIDE and not step.ends for step in steps),
        "stopped_at": last.stage.value if last is not None else None,
        "answer": sentence(steps),
        "stages": [
            {
                "stage": step.stage.value,
                "outcome": step.outcome.value,
                "what": step.what,
                "evidence": list(step.evidence),
                "fix": step.fix,
            }
            for step in steps
        ],
    }
