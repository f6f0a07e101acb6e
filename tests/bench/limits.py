"""What limits each table's figures, and how that was found. The lines stand below the tables; the figures decide."""

from typing import Final

LIMITS: Final[dict[str, str]] = {
    "stages": """
        tag: Python's work on each hit and each name, not the search (the part `tagging` has the steps).
        match: where a watch is met, the mention and its sentences; else the fold and the watches' own phrases. decide:
        the models, and where it rings its log event, which between other work takes twice what it does alone: 52 us
        less with TOCSIN_LOG_LEVEL=warning. 304 and webhook: httpx itself. (cProfile on
        decide; the peers for the rest.)
    """,
    "records": """
        pydantic-core in one pass, validation included: that is the ratio to json.loads. Of encode, 6 us are the seven
        headers (clock, random span id), two thirds of it for a small event. (write() alone beside encode.)
    """,
    "faust_path": """
        As it came, in the plain loop: its producer (a third; aiokafka's murmur2 in Python alone 8 %) and socket writes
        (a fifth). In our stage, beside that: Faust makes two tasks for each record that it fetches (`wait_first`, 13 %)
        and hands it through its conductor (10 %), runs the consumer on an event loop of a second thread, and since
        records come one by one, more and smaller requests are produced. In the naive app: JSON into typed records and
        out of them (a fifth), a future and a Monitor's call for each record that the sink takes (a fifth). With tag:
        the engine, which is three quarters of our stage. (py-spy on each worker with 20,000 records, 500 samples a
        second, those that hold the GIL.)
    """,
    "latency": """
        At 20/s nothing queues: three hops as in the raw path with the engine in one of them, and then a transaction. At
        100/s it is CPU: the processes, the broker, the raw path and this reader together want more than one and a half
        cores, so on two of them each waits for its turn, and more so when others are at work. No linger, fetch wait or
        commit interval adds to it: a fetch returns with its first record. At 300/s the run wants more CPU than two
        cores have, so articles wait for tagging: it says where the ceiling is, not what one article waits. (The load
        beside; the two tables below.)
    """,
    "hops": """
        to tagged: the fetch crosses Faust's consumer thread, then the engine. to readable: a transaction's requests one
        after the other: its offsets (two requests, 1.5 to 5 ms in the middle), the end (2 to 3 ms), its marks in each
        partition, the reader's fetch. A transaction that begins while the marks of the last one are under way is
        refused and asks again after `retry.backoff.ms`, here 2: one after the other without a pause a transaction takes
        4.1 ms so, 13.4 ms with 10, and with librdkafka's 100 that was the p99 at 100/s. (A clock around each call of
        librdkafka.)
    """,
    "processes": """
        Memory: what is imported (pydantic and models 15 MB, numpy 11, structlog, typer, clients), with Faust 13 more;
        the compiled pack 25 to 30; a load adds nothing. CPU: records come one by one, into cold caches, so that the
        same work takes twice the CPU that it does in a backlog (in tagging it is half of all), and each costs a fetch,
        a produce and a commit: in match 43 % are socket writes, 20 % the commit, 20 % the work itself. The broker
        spends most, on requests; without the compiler's second tier (as here) it takes less CPU within the first minute
        than with it. (py-spy, 800 samples a second of what holds the GIL; RSS before and after each import.)
    """,
    "decide": """
        CPU of one Python thread, not the transactions: of the time for one, ending it is an eighth, the rest is its
        500 mentions: reading and writing models, confluent-kafka's messages, and of those that ring the log event, a
        third of what they cost (all mentions logged: 140 to 165 us of CPU each; none: 75 to 90). librdkafka's own
        threads take 2 %. (perf on the process, cProfile on AlertDecider.)
    """,
}
