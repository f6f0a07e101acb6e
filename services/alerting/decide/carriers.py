"""Which watches remember an article: to tell those whom a revision concerns. Pure."""

from typing import Final

_NOBODY: Final[tuple[bytes, ...]] = ()


class Carriers:
    """Ids of articles to those of watches, small enough for millions: an article by its hash, a watch by one object for
    all of its articles, and nothing around a single watch.

    Two articles of one hash cannot harm: whoever asks looks each watch up.
    """

    def __init__(self) -> None:
        self._carriers: dict[int, bytes | tuple[bytes, ...]] = {}
        self._watches: dict[bytes, bytes] = {}

    def __len__(self) -> int:
        return len(self._carriers)

    def add(self, article_id: bytes, watch: bytes) -> None:
        """Take note that this watch remembers this article."""
        name, article = self._watches.setdefault(watch, watch), hash(article_id)
        known = self._carriers.setdefault(article, name)
        if known is not name and name not in (several := known if isinstance(known, tuple) else (known,)):
            self._carriers[article] = (*several, name)

    def remove(self, article_id: bytes, watch: bytes) -> None:
        """It does no longer."""
        left = tuple(one for one in self.of(article_id) if one != watch)
        if left:
            self._carriers[hash(article_id)] = left if len(left) > 1 else left[0]
        else:
            self._carriers.pop(hash(article_id), None)

    def of(self, article_id: bytes) -> tuple[bytes, ...]:
        """The watches that remember this article."""
        found = self._carriers.get(hash(article_id), _NOBODY)
        return found if isinstance(found, tuple) else (found,)
