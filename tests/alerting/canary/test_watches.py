"""What the canary meets, by the pack in force; and that nothing else does."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas import Article, TaggedArticle
from services.alerting.canary.addressing import place_of, scripts_in
from services.alerting.canary.watches import canary_watches
from services.alerting.match.load import WatchesReader, load_watches
from services.alerting.match.meet import match_watches
from services.alerting.watching.defined import read_known
from services.backbone.canary import SCRIPTS, is_canary, script_of, watch_of
from services.backbone.settings import DEFAULT_CONFIG
from services.backbone.topics import MENTIONS, NOTIFICATIONS
from services.ingestion.canary.texts import canaries
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.alerting.examples import PACK, write_folder

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CANARIES = {str(script_of(article.id)): article for article in canaries(5_839_221, NOW)}


def met(folder: Path, articles: list[Article], *, without_tags: bool = False) -> list[list[str]]:
    """What each of these meets of the canary's watches, by the pack of this folder."""
    engine, watches = load_engine(folder), canary_watches(read_known(folder))
    tagged = [tag(article, engine) for article in articles]
    if without_tags:
        tagged = [each.model_copy(update={"actors": ()}) for each in tagged]
    return [[mention.watch.id for mention in match_watches(each, watches, NOW)] for each in tagged]


def pack(folder: Path, *actors: dict[str, Any]) -> Path:
    return write_folder(folder, {"pack/own.yaml": {**PACK, "actors": [*PACK["actors"], *actors]}})


def test_each_meets_the_watch_of_its_script_alone_by_the_shipped_pack() -> None:
    assert met(DEFAULT_CONFIG, list(CANARIES.values())) == [[watch_of(script)] for script in SCRIPTS]


def test_where_the_pack_has_words_for_whom_it_names_it_must_be_tagged(tmp_path: Path) -> None:
    english = {"id": "pakistan", "name": "Pakistan", "kind": "state", "aliases": {"en": ["Pakistani"]}}
    folder = pack(tmp_path, english)
    assert met(folder, [CANARIES["latin"]]) == [[watch_of("latin")]]
    assert met(folder, [CANARIES["latin"]], without_tags=True) == [[]]
    assert met(DEFAULT_CONFIG, list(CANARIES.values()), without_tags=True) == [[]] * len(SCRIPTS)


@pytest.mark.parametrize("aliases", [{"en": ["Pakistani"]}, {}, None], ids=["in English only", "in none", "not said"])
def test_a_pack_that_does_not_know_them_in_a_language_is_not_broken(tmp_path: Path, aliases: object) -> None:
    actor = {"id": "pakistan", "name": "Pakistan", "kind": "state"} | ({} if aliases is None else {"aliases": aliases})
    found = met(pack(tmp_path, actor), [CANARIES[script] for script in SCRIPTS if script != "latin"])
    assert found == [[watch_of(script)] for script in SCRIPTS if script != "latin"]


def test_it_follows_a_pack_that_learns_a_language_though_the_watches_stay_the_same(tmp_path: Path) -> None:
    actor = {"id": "pakistan", "name": "Pakistan", "kind": "state", "aliases": {"en": ["Pakistani"]}}
    reader = WatchesReader(pack(tmp_path, actor), dict)
    before = reader()
    assert reader().canary is before.canary
    pack(tmp_path, {**actor, "aliases": {"en": ["Pakistani"], "ur": ["پاکستان"]}})
    after = reader()
    assert after.compiled is before.compiled
    tagged = TaggedArticle(article=CANARIES["arabic"], actors=(), topics=(), pack_digest="9ac4")
    assert match_watches(tagged, before.canary, NOW)
    assert not match_watches(tagged, after.canary, NOW)


def test_no_watch_of_a_desk_can_be_one_of_them(tmp_path: Path) -> None:
    written = "watches:\n  - {id: ok, any: [kabul]}\n  - id: tocsin-canary-latin\n    any: [kabul]\n"
    folder = write_folder(tmp_path, {"pack/a.yaml": PACK, "watches/a.yaml": written})
    with pytest.raises(Exception, match=r"watches/a.yaml:3 watches\[1\].id: 'tocsin-canary-latin' is the name .* give"):
        load_watches(folder)


def test_its_records_are_known_by_their_keys() -> None:
    for script, article in CANARIES.items():
        assert is_canary(article.key.encode())
        assert is_canary(watch_of(script).encode())
        assert (script_of(article.id), script_of(watch_of(script))) == (script, script)
    for key in (b"art-0b2f", b"tocsin-canary", b"tocsin-desk", b"", None):
        assert not is_canary(key)
    assert script_of("art-0b2f6c1de5a74c35a1f0b1c2d3e4f506") is None


def test_they_lead_into_every_partition_and_each_to_one_instance() -> None:
    assert {place_of(watch_of(script)) for script in SCRIPTS} == set(range(NOTIFICATIONS.partitions))
    assert MENTIONS.partitions == NOTIFICATIONS.partitions
    shares = [scripts_in({number}) for number in range(NOTIFICATIONS.partitions)]
    assert sorted(script for share in shares for script in share) == sorted(SCRIPTS)
    assert scripts_in(()) == frozenset()
