"""Whether somebody can go on from a position that they name."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from services.alerting.api.positions import NotAPosition, Position
from services.alerting.api.refusal import Refusal
from services.alerting.api.store import Store
from services.backbone.errors import BrokerUnavailable


class Resuming:
    """Tells positions of these alerts from others."""

    def __init__(self, store: Store, ends: Callable[[], Awaitable[Position]]) -> None:
        """Judge by what is stored.

        Args:
            store: what was read here.
            ends: asks the broker where the partitions end; raises `BrokerUnavailable`.
        """
        self._store = store
        self._ends = ends

    async def position(self, text: str) -> Position:
        """The position that was named.

        Raises:
            Refusal: 400 where it was never handed out, 410 where some of what comes next is not kept any more, 503
                where that cannot be told at the moment.
        """
        try:
            position = Position.parse(text)
        except NotAPosition as error:
            raise _foreign(str(error)) from None
        floor, head = await self._store.span()
        if len(position.offsets) != len(head.offsets):
            raise _foreign(f"{text[:100]!r} is of other partitions than the {len(head.offsets)} of these alerts")
        if not floor <= position:
            raise overtaken(text)
        if not position <= head and not position <= await self._known_ends():  # another instance may be further
            raise _foreign(f"{text[:100]!r} lies behind the end of these alerts")
        return position

    async def _known_ends(self) -> Position:
        try:
            return await self._ends()
        except BrokerUnavailable:
            error = "the position is further than was read here, and the broker does not answer"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, error, "ask again", {"Retry-After": "5"}) from None


def overtaken(position: str) -> Refusal:
    """The answer to who comes back when some of what they lack is gone."""
    fix = "take what is kept, GET /alerts?order=oldest, and go on from the position that it ends with"
    return Refusal(HTTPStatus.GONE, f"some of what comes after {position[:100]!r} is not kept any more", fix)


def _foreign(error: str) -> Refusal:
    fix = "use a position of this installation, as it was given; or begin without one, or by since"
    return Refusal(HTTPStatus.BAD_REQUEST, error, fix)
