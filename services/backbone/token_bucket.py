"""How often a sender may ask: a bucket of tokens that fills at a steady rate. Pure."""

from dataclasses import dataclass


@dataclass(slots=True)
class TokenBucket:
    """At most `burst` requests at once, and `per_second` in the long run."""

    per_second: float
    burst: float
    _tokens: float = -1.0
    _at: float = 0.0

    def take(self, now: float) -> float:
        """Take a token.

        Args:
            now: seconds of a clock that never goes back.

        Returns:
            0 where there was one; else the seconds until there is one, and none was taken.
        """
        if self._tokens < 0:
            self._tokens = self.burst
        else:
            self._tokens = min(self.burst, self._tokens + (now - self._at) * self.per_second)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self.per_second
