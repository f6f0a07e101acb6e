"""`tocsin source import` and `export`: lists of feeds go in and come out as OPML."""

import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from services.backbone.errors import TocsinError
from services.ingestion.opml import read_opml
from services.ingestion.sources import load_sources
from tests.cli.command import invoke
from tests.cli.source.feeds import LOOPBACK, serve_rss
from tests.ingestion.web import Web

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
  <outline text="South Asia">
    <outline text="Pakistan" title="Pakistan">
      <outline type="rss" text="Dawn - Home" xmlUrl="https://www.dawn.com/feeds/home" language="en-US"/>
      <outline type="rss" text="روزنامہ" xmlUrl="https://roznama.example/feed" language="ur"/>
    </outline>
    <outline type="rss" text="Again" xmlUrl="http://dawn.com/feeds/home/"/>
  </outline>
  <outline type="rss" title="No folder" xmlUrl="https://nofolder.example/rss"/>
  <outline text="A note without an address"/>
  <outline type="rss" text="Not fetched" xmlUrl="ftp://ftp.example/feed"/>
</body></opml>"""


@pytest.fixture
def opml(tmp_path: Path) -> Path:
    file = tmp_path / "My feeds.opml"
    file.write_text(OPML, encoding="utf-8")
    return file


def test_folders_become_files_and_each_feed_comes_once(folder: Path, opml: Path) -> None:
    told = invoke("source", "import", opml, "--config", folder)

    assert told.exit_code == 0
    files = {path.stem for path in (folder / "sources").iterdir()}
    assert files == {"south-asia-pakistan", "my-feeds"}
    sources = {source.id: source for source in load_sources(folder).sources}
    assert {name: (source.name, source.url, source.language) for name, source in sources.items()} == {
        "dawn": ("Dawn", "https://www.dawn.com/feeds/home", "en"),
        "roznama": ("روزنامہ", "https://roznama.example/feed", "ur"),
        "nofolder": ("No folder", "https://nofolder.example/rss", None),
    }
    assert "already there: http://dawn.com/feeds/home/ (as 'dawn')" in told.stdout
    assert "refused: line 12: url: an address that begins with ftp://; only http and https are read" in told.stdout
    assert told.stdout.splitlines()[-1] == "5 feeds: 3 added, 1 already there, 1 refused"


def test_a_second_import_adds_nothing(folder: Path, opml: Path) -> None:
    invoke("source", "import", opml, "--config", folder)
    before = {path: path.read_bytes() for path in (folder / "sources").iterdir()}
    again = invoke("source", "import", "-", "--config", folder, given=OPML)

    assert again.exit_code == 1
    assert again.stdout.splitlines()[-1] == "5 feeds: 0 added, 4 already there, 1 refused"
    assert {path: path.read_bytes() for path in (folder / "sources").iterdir()} == before


def test_a_dry_run_writes_nothing(folder: Path, opml: Path) -> None:
    told = invoke("source", "import", opml, "--config", folder, "--dry-run")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[-1].endswith("3 added, 1 already there, 1 refused, nothing written")
    assert list((folder / "sources").iterdir()) == []


def test_with_a_test_what_does_not_answer_is_left_out(site: Web, folder: Path, tmp_path: Path) -> None:
    good, gone = serve_rss(site, "/rss"), f"{site.url}/nothing"
    file = tmp_path / "list.opml"
    outlines = f'<outline text="Good" xmlUrl="{good}"/><outline text="Gone" xmlUrl="{gone}"/>'
    file.write_text(f"<opml><body>{outlines}</body></opml>")
    told = invoke("source", "import", file, "--config", folder, "--test", "--allow-network", LOOPBACK)

    assert [source.url for source in load_sources(folder).sources] == [good]
    assert f"refused: {gone}: the host answers 404 Not Found; " in told.stdout


def test_what_is_exported_is_imported_as_it_was(folder: Path, opml: Path, tmp_path: Path) -> None:
    invoke("source", "import", opml, "--config", folder)
    with (folder / "sources" / "more.yaml").open("w", encoding="utf-8") as more:
        more.write(
            "sources:\n- {id: amp, name: 'A & \"B\" <c>', url: 'https://amp.example/?a=1&b=2',"
            " headers: {X-Key: hush-hush}}\n- {id: pushed, name: P, kind: folder, path: x}\n"
        )
    exported = invoke("source", "export", "--config", folder)

    assert exported.exit_code == 0
    assert "hush" not in exported.output
    assert "1 sources are no feeds" in exported.stderr
    root = ElementTree.fromstring(exported.stdout)  # noqa: S314 - our own
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title")
    assert {outline.get("type") for outline in root.iter("outline") if outline.get("xmlUrl")} == {"rss"}

    other = tmp_path / "other"
    (other / "sources").mkdir(parents=True)
    invoke("source", "import", "-", "--config", other, given=exported.stdout)

    def all_of(config: Path) -> set[tuple[str, str, str | None]]:
        feeds = (source for source in load_sources(config).sources if source.kind == "feed")
        return {(source.url, source.name, source.language) for source in feeds}

    assert all_of(other) == all_of(folder)
    assert {path.stem for path in (other / "sources").iterdir()} == {"south-asia-pakistan", "my-feeds", "more"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<!DOCTYPE opml [<!ENTITY a "b">]><opml><body/></opml>', "DOCTYPE, which is not read; take it out"),
        ("<html/>", "an XML document <html>, not OPML"),
        ("feeds", "XML that cannot be read"),
    ],
)
def test_what_is_no_list_is_told(folder: Path, text: str, told: str) -> None:
    result = invoke("source", "import", "-", "--config", folder, given=text)
    assert isinstance(result.exception, TocsinError)
    assert told in str(result.exception)
    assert "; " in str(result.exception)


def test_a_long_list_is_read_in_bounded_time(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "long.opml"
    outlines = "".join(f'<outline text="Feed {n}" xmlUrl="https://site{n}.example/feed"/>' for n in range(5_000))
    file.write_text(f"<opml><body><outline text='Long'>{outlines}</outline></body></opml>")
    start = time.process_time()
    told = invoke("source", "import", file, "--config", folder)

    assert told.stdout.splitlines()[-1] == "5000 feeds: 5000 added, 0 already there, 0 refused"
    assert time.process_time() - start < 30
    assert len(list(read_opml(file.read_bytes()))) == 5_000
