from hypothesis import given
from hypothesis import strategies as st

from services.backbone.token_bucket import TokenBucket


def test_a_burst_is_let_through_and_then_one_at_a_time() -> None:
    bucket = TokenBucket(per_second=2, burst=3)
    assert [bucket.take(100.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take(100.25) == 0.25
    assert bucket.take(100.5) == 0
    assert bucket.take(1_000.0) == 0
    assert [bucket.take(1_000.0) for _ in range(3)] == [0, 0, 0.5], "a long rest saves up no more than a burst"


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_no_more_passes_than_the_burst_and_the_rate(pauses: list[float]) -> None:
    bucket, now, passed = TokenBucket(per_second=2, burst=3), 0.0, 0
    for pause in pauses:
        now += pause
        passed += bucket.take(now) == 0
    assert passed <= 3 + 2 * (now - pauses[0]) + 1e-6
