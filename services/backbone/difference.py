"""What is other in one version of a configuration than in the one before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids, in order."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @classmethod
    def between(cls, before: Mapping[str, object], after: Mapping[str, object]) -> Self:
        """Compare what has an id in both."""
        return cls(
            added=tuple(sorted(after.keys() - before.keys())),
            removed=tuple(sorted(before.keys() - after.keys())),
            changed=tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many of each; of what there are none, nothing."""
        numbers = {"added": len(self.added), "removed": len(self.removed), "changed": len(self.changed)}
        return {what: number for what, number in numbers.items() if number}


NO_DIFFERENCE: Final = Difference()
