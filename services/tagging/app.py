"""`articles` -> `articles.tagged`: the Faust worker around the engine."""

import asyncio
from datetime import UTC, datetime
from functools import partial

from services.backbone.ages import Since
from services.backbone.audit import Audit
from services.backbone.clients import Writer
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.provision import await_topics
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode, trace_of
from services.backbone.stage import run_stage
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED
from services.tagging.pack import load_compiled
from services.tagging.tag import tag


async def body(process: Process) -> None:
    """Tag every article with the pack in force; a changed pack is compiled aside and swapped in."""
    load = partial(load_compiled, process.settings.config)
    pack = Live("pack", load, contents=lambda version: version.contents)
    await await_topics(process)
    writer = await Writer.start(process)
    watching = asyncio.ensure_future(pack.watch(process, Audit.of(process, writer)))
    process.stack.callback(watching.cancel)

    def transform(record: ConsumedRecord) -> OutgoingRecord:
        tagged = tag(article := decode(ARTICLES, record), pack.current.engine)
        output = encode(ARTICLES_TAGGED.name, tagged, process.stage, trace_of(record))
        Since.of(article, revised=article.replaces is not None).observe(process.stage, datetime.now(UTC))
        return output

    await run_stage(process, ARTICLES, transform)
