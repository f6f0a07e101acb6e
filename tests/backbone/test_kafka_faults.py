import logging

import pytest
from confluent_kafka import KafkaError

from services.backbone import kafka_faults
from services.backbone.kafka_faults import Connections, Cure, cure, fix

CODES = {
    name: code
    for name in dir(KafkaError)
    if name.strip("_").isupper() and isinstance(code := getattr(KafkaError, name), int)
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("_ALL_BROKERS_DOWN", Cure.WAITING),
        ("COORDINATOR_LOAD_IN_PROGRESS", Cure.WAITING),
        ("NOT_ENOUGH_REPLICAS", Cure.WAITING),
        ("UNKNOWN_MEMBER_ID", Cure.ANEW),
        ("ILLEGAL_GENERATION", Cure.ANEW),
        ("REBALANCE_IN_PROGRESS", Cure.ANEW),
        ("MSG_SIZE_TOO_LARGE", Cure.ANEW),
        ("INVALID_TXN_STATE", Cure.ANEW),
        ("_STATE", Cure.ANEW),
        ("PRODUCER_FENCED", Cure.FENCED),
        ("_FENCED", Cure.FENCED),
        ("TRANSACTIONAL_ID_AUTHORIZATION_FAILED", Cure.NOBODY),
        ("_AUTHENTICATION", Cure.NOBODY),
        ("UNSUPPORTED_VERSION", Cure.NOBODY),
    ],
)
def test_what_mends_an_error(name: str, expected: Cure) -> None:
    assert cure(KafkaError(CODES[name])) is expected


def test_every_code_of_librdkafka_has_one_answer_and_a_fix() -> None:
    assert len(CODES) > 150
    for name, code in CODES.items():
        assert fix(KafkaError(code)), name
    groups = [set(kafka_faults._WAITING), set(kafka_faults._FENCED), set(kafka_faults._NOBODY)]
    assert len(set.union(*groups)) == sum(map(len, groups))


def test_an_error_that_kafka_itself_calls_retriable_never_ends_the_process() -> None:
    """By the protocol's table of errors; what a client keeps to itself is not among them."""
    retriable = (2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 51, 56, 72, 74, 75, 76, 88, 89)
    answers = {code: cure(KafkaError(code)) for code in retriable}
    assert {code for code, answer in answers.items() if answer is Cure.NOBODY} == set()


def test_only_a_connection_that_was_in_use_counts_as_broken() -> None:
    connections = Connections()
    line = "127.0.0.1:9092/1: Disconnected: connection closed by peer (after 14243ms in state UP)"
    connections.log(logging.INFO, "%s [%s] %s", "CONNECT", "rdkafka#producer-1", line)
    connections.log(logging.ERROR, "%s [%s] %s", "FAIL", "rdkafka#producer-1", "refused (after 0ms in state CONNECT)")
    assert not connections.broken
    connections.log(logging.INFO, "%s [%s] %s", "FAIL", "rdkafka#producer-1", line)
    assert connections.broken
