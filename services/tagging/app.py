"""`articles` -> `articles.tagged`: the Faust worker around the engine."""

import asyncio

from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.provision import await_topics
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode, trace_of
from services.backbone.stage import run_stage
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED
from services.tagging.pack import load_engine
from services.tagging.tag import tag


async def body(process: Process) -> None:
    """Tag every article with the pack in force; a changed pack is compiled aside and swapped in."""
    engine = Live("pack", lambda: load_engine(process.settings.config))
    await await_topics(process)
    watching = asyncio.ensure_future(engine.watch(process))
    process.stack.callback(watching.cancel)

    def transform(record: ConsumedRecord) -> OutgoingRecord:
        tagged = tag(decode(ARTICLES, record), engine.current)
        return encode(ARTICLES_TAGGED.name, tagged, process.stage, trace_of(record))

    await run_stage(process, ARTICLES, transform)
