from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import WatchDefinition
from services.alerting.match.load import WatchesReader, load_watches
from services.alerting.match.meet import match_watches
from services.backbone.errors import ConfigurationError
from tests.alerting.examples import NOON, PACK, article, tag, tagged, write_folder

TTP = "watches:\n  - {id: ttp, any: [{actor: ttp}], severity: critical}\n"
SENT = WatchDefinition(id="sent", watch={"any": ["spoke of"]}, changed_at=datetime(2026, 11, 24, tzinfo=UTC))


def met(watches: WatchesReader) -> dict[str, str | None]:
    """Whom an article on the TTP meets, and who hides it."""
    of = article("News", "Officials spoke of the TTP.")
    mentions = match_watches(tagged(of, [tag(of, "ttp", "armed-group", "TTP")]), watches().compiled, NOON)
    return {mention.watch.id: mention.outranked_by for mention in mentions}


def test_what_is_in_files_and_what_was_sent_meets_by_the_rules_of_the_installation(tmp_path: Path) -> None:
    hides = {"inhibitions": [{"source": {"severity": "critical"}, "target": {"severity": "normal"}}]}
    config = write_folder(tmp_path, {"pack/a.yaml": PACK, "watches/a.yaml": TTP, "tocsin.yaml": hides})
    sent: dict[str, WatchDefinition] = {}
    reader = WatchesReader(config, lambda: sent)
    assert met(reader) == {"ttp": None}
    sent = {"sent": SENT}
    assert met(reader) == {"ttp": None, "sent": "ttp"}
    write_folder(config, {"tocsin.yaml": "{}"})
    assert met(reader) == {"ttp": None, "sent": None}


def test_nothing_is_compiled_anew_where_nothing_changed(tmp_path: Path) -> None:
    config = write_folder(tmp_path, {"pack/a.yaml": PACK, "watches/a.yaml": TTP})
    reader = WatchesReader(config, dict)
    first = reader()
    write_folder(config, {"watches/a.yaml": f"# as before\n{TTP}", "watches/b.yaml": "watches: [{id: b}]\n"})
    second = reader()
    assert second.compiled is first.compiled
    assert (second.digest, len(second.book.refused)) == (first.digest, 1)


def test_a_folder_with_one_defect_is_not_loaded_whole(tmp_path: Path) -> None:
    config = write_folder(
        tmp_path, {"pack/a.yaml": PACK, "watches/a.yaml": TTP, "watches/b.yaml": "watches: [{id: b}]\n"}
    )
    with pytest.raises(ConfigurationError, match=r"watches/b.yaml:1 watches\[0\]"):
        load_watches(config)
    (config / "watches" / "b.yaml").unlink()
    assert [watch.id for watch in load_watches(config).listed] == ["ttp"]
