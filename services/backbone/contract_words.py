"""What the AsyncAPI document says to those who read the topics: the promises that no schema can hold."""

from collections.abc import Mapping
from typing import Final

ABOUT: Final = """\
CloudEvents 1.0 in Kafka binary mode: the attributes stand in the headers `ce_*`, the value is the JSON of the \
event. W3C `traceparent` is carried through.

**Read with isolation level `read_committed`.** Alerts are written in transactions; who reads uncommitted sees \
alerts that never counted. A `read_committed` reader sees every alert, none twice, whichever process of ours was \
killed. What reads and acts may itself be killed in between, so commit an offset after you have acted, and keep \
`ce_id` where you keep what you did.

**Compatibility.** Within one `ce_type` (the number at its end) a field is never removed, never changes its type or \
its meaning, and a new one is never required; a value is never taken out of an enumeration. So a reader passes over \
fields, takes values (a new `reason`, say) that it does not know, and skips a record whose `ce_type` it does not \
know. A change that would break this gets a new number, and both stand on the topic for at least one minor release. \
Readers of the last release read what this one writes, and the other way round, for both run during an upgrade. What \
is only for Tocsin itself (`ingestion.state`, `alerting.state`, `channels.state`, `notifications`) may be read, but \
a release may make its topics anew.

**Order.** The key decides the partition (murmur2, as every Kafka client does it), and we never change the number of \
partitions of a topic. All records of one watch stand in one partition, in the order in which they were decided. \
Between watches there is no order; `rang_at` is the time of the mention, so it may run backwards where a source was \
read late.
"""

_ALERTS: Final = """\


Every ring and every change of one, also those of which nobody is told: so that nothing is hidden, and one can ask \
why it was silent.

- `id` names one ring; it follows from the watch and from what rang. `sequence` numbers its records: 0, 1, 2, ... in \
this order in the partition. Both together are the idempotency key, `ce_id` (`id`, from sequence 1 on \
`id.sequence`). A record whose sequence is not above the highest that you handled of its id is a repeat. Each record \
stands for itself: who keeps one row per `id` overwrites it.
- A record tells if `held` is null and `reason` is not `copy`: act on these. `held` says why nobody is told, or not \
yet. What was held and is told later comes as a further record of the same id with `held` null, or inside a \
collective alert (`items`, `stands_for`), which has an id of its own.
- `action` is `ring` (tell people) or `update` (tell those who were told of this id; of an update to an id of which \
you never acted on a ring, because you began to read later, do as with a ring). `reason: withdrawn` takes a story \
back: take down what you published.
- `thread` is the id of the first alert of the story: the same in all its alerts, for mail threads and the like. A \
collective alert is a thread of its own.
- `handling` of an update says what people did about this id before it was made; all that they do stands on \
`acknowledgements`.
"""

_LEAVE_OUT: Final = (
    " Leave out what is of the source `tocsin-canary`: it is no news, but made here every few minutes to see whether "
    "the line works."
)

OF_CHANNEL: Final[Mapping[str, str]] = {
    "alerts": _ALERTS,
    "alerts.{name}": (
        " It holds, record by record, what stands on `alerts` for the watches that name it, written in the same "
        "transaction. Read one of the two, not both."
    ),
    "articles": _LEAVE_OUT,
    "articles.tagged": _LEAVE_OUT,
    "deliveries": (
        " At least one record per attempt; `notification_id` groups the attempts of one errand, `message_id` is the "
        "idempotency key that the receiver got. The last word on an errand is the record whose outcome ends it "
        "(`delivered`, `failed`, `not-needed`)."
    ),
}
"""Of topics beside what their declaration says."""
