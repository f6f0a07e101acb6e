"""`tocsin source test`: what a source gives now, and each thing that is amiss with its fix."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.cli.command import invoke
from tests.cli.source.feeds import LOOPBACK, rss, serve_page, serve_rss
from tests.ingestion.web import Web, answer


def write(folder: Path, *sources: dict[str, Any]) -> None:
    (folder / "sources" / "desk.yaml").write_text(yaml.safe_dump({"sources": list(sources)}, allow_unicode=True))


def at(url: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name.title(), "url": url, "allow_networks": [LOOPBACK], **more}


def ask(folder: Path, what: str) -> dict[str, dict[str, Any]]:
    """The answers by source; the exit status says whether all gave something."""
    told = invoke("source", "test", what, "--config", folder, "--allow-network", LOOPBACK, "--json")
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.exit_code == (0 if all(line["answers"] for line in lines) else 1), told.output
    return {line["id"]: line for line in lines}


def test_every_kind_is_asked_and_each_trouble_has_its_fix(site: Web, folder: Path) -> None:
    (folder / "wire").mkdir()
    (folder / "wire" / "a.jsonl").write_text('{"id": "1", "title": "A title", "text": "A text."}\n{broken\n')
    site.answers["/map.xml"] = answer(b"<urlset><url><loc>/1</loc></url></urlset>")
    site.answers["/forbidden"] = answer(b"", "403 Forbidden")
    links = serve_page(site, "/list", body='<h2><a href="/1">One</a></h2>')
    write(
        folder,
        at(serve_rss(site, "/rss"), "good"),
        at(serve_rss(site, "/old", rss(text="Short.", days=90)), "old", language="ru"),
        at(f"{site.url}/map.xml", "map", kind="sitemap"),
        at(links, "links", kind="page", select="h2", full_text=True),
        {"id": "wire", "name": "Wire", "kind": "folder", "path": "wire"},
        at(f"{site.url}/nothing", "missing"),
        at(f"{site.url}/forbidden", "forbidden"),
        at(links, "page"),
        at(f"{site.url}/nothing", "off", enabled=False),
    )
    told = ask(folder, "all")

    assert {name: answer["answers"] for name, answer in told.items()} == {
        "good": True,
        "old": True,
        "map": True,
        "links": True,
        "wire": True,
        "missing": False,
        "forbidden": False,
        "page": False,
    }
    assert told["missing"]["fix"] == "correct its url; tocsin source add SITE finds the feed of a site"
    assert told["forbidden"]["fix"] == "ask the outlet, or give headers that it wants"
    assert "an HTML page" in told["page"]["what"]
    notes = {name: " / ".join(note["what"] for note in answer.get("notes", ())) for name, answer in told.items()}
    assert notes["good"] == ""
    assert "the newest entry is " in notes["old"]
    assert "teasers" in notes["old"]
    assert "it calls its language en-GB, and the configuration calls it ru" in notes["old"]
    assert "1 entries have neither title nor text" in notes["map"]
    assert "a.jsonl:2: " in notes["wire"]
    assert told["links"]["shown"] == [{"title": "One", "link": f"{site.url}/1", "published": None}]


def test_an_address_is_asked_without_a_configuration(site: Web, tmp_path: Path) -> None:
    told = ask(tmp_path / "none", serve_rss(site, "/rss"))
    assert told["address"]["entries"] == 3
    assert told["address"]["language"] == "en-GB"


def test_for_people_the_first_entries_are_shown(site: Web, folder: Path) -> None:
    write(folder, at(serve_rss(site, "/rss", rss("[bold]", text="A teaser.")), "desk"))
    told = invoke("source", "test", "desk", "--config", folder)

    assert told.exit_code == 0
    assert "desk  Desk  http://127.0.0.1:" in told.stdout
    assert "  Talks, day 2" in told.stdout
    assert "note: teasers: most texts are under 600 characters; write full_text: true to read the pages" in told.stdout


def test_a_secret_is_sent_and_never_shown(site: Web, folder: Path) -> None:
    write(folder, at(serve_rss(site, "/rss"), "desk", headers={"X-Key": {"env": "DESK_KEY"}}))
    told = invoke("source", "test", "desk", "--config", folder, "--json", DESK_KEY="hush-hush")

    assert site.requests[0].headers["x-key"] == "hush-hush"
    assert "hush" not in told.output


def test_an_unknown_id_is_told_with_the_nearest(folder: Path) -> None:
    write(folder, at("https://a.example/feed", "kabul-desk"))
    told = invoke("source", "test", "kabul-dsk", "--config", folder)
    assert str(told.exception) == "no source has the id 'kabul-dsk'; did you mean 'kabul-desk'?"
