"""What the pack and the sources define, as far as watches speak of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Known:
    """What watches may name."""

    ids: Mapping[str, frozenset[str]]
    """What a reference may name, by its kind: actor, kind, topic; and `source`, where the sources could be read."""
    kind_of: Mapping[str, str]
    """Of each actor."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of an actor those that are `part_of` it, or `member_of` it."""
    languages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of each actor that the canary names, the languages in which the pack has words for it."""

    def family(self, actor: str) -> frozenset[str]:
        """An actor, its parts and members, theirs, and so on."""
        found, ahead = {actor}, [actor]
        while ahead:
            new = [part for part in self.parts.get(ahead.pop(), ()) if part not in found]
            found.update(new)
            ahead += new
        return frozenset(found)
