"""folder: every article of a folder is read once, and again when its file changed."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingestion.reading import folder as reading
from services.ingestion.reading.entry import MAX_ENTRIES, Entry
from services.ingestion.reading.folder import FolderReading, FolderUnreadable, read_folder


def later() -> datetime:
    """When all that was written until now has settled."""
    return datetime.now(UTC) + timedelta(seconds=2)


def tick() -> None:
    """Let the clock of the file system move on."""
    time.sleep(0.02)


def readings(path: Path, known: str | None = None) -> Iterator[FolderReading]:
    """One after the other, until nothing is new."""
    while (one := read_folder(path, known, later())) is not None:
        yield one
        known = one.cursor


def titles(path: Path, known: str | None = None) -> list[str]:
    return [entry.title for one in readings(path, known) for entry in one.feed.entries]


def line(title: str, **more: object) -> str:
    return json.dumps({"id": title, "title": title} | more) + "\n"


def test_a_line_of_jsonl_is_an_article(tmp_path: Path) -> None:
    file = tmp_path / "wire.jsonl"
    wire = {
        "id": 7,
        "url": "https://wire.example/7",
        "text": "First.\n3 < 4 & <b>.",
        "language": "ur",
        "published_at": "2026-11-24T09:30:00+05:00",
        "authors": "A. Reporter",
        "score": [1],
    }
    file.write_text(
        "\ufeff" + line("کابل", **wire) + '\n{"title": "Bare"}\n'
        '{"title": "Dated", "published_at": 1764000000, "authors": ["A", "B"]}\n',
        encoding="utf-8",
    )
    [one] = readings(file)
    whole, bare, dated = one.feed.entries

    assert whole == Entry(
        guid="7",
        link="https://wire.example/7",
        title="کابل",
        content="First.\n3 &lt; 4 &amp; &lt;b&gt;.",
        summary="First.\n3 &lt; 4 &amp; &lt;b&gt;.",
        authors=("A. Reporter",),
        published=datetime(2026, 11, 24, 4, 30, tzinfo=UTC),
        language="ur",
    )
    assert bare == Entry(title="Bare", date_mark="undated")
    assert (dated.published, dated.authors) == (datetime(2025, 11, 24, 16, tzinfo=UTC), ("A", "B"))
    assert one.refused == ()


def test_a_text_is_an_article_whose_first_line_is_its_title(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "note.txt").write_text("\n A title \n\nA text.\nMore of it.\n", encoding="utf-16")
    [one] = readings(tmp_path)

    [entry] = one.feed.entries
    assert entry == Entry(
        guid="sub/note.txt",
        title="A title",
        content="A text.\nMore of it.",
        summary="A text.\nMore of it.",
        date_mark="undated",
    )


def test_an_html_file_is_the_article_on_its_page(tmp_path: Path) -> None:
    paragraphs = "".join(
        f"<p>Officials signed paragraph {n} of the agreement in Kabul on Tuesday.</p>" for n in range(9)
    )
    (tmp_path / "page.html").write_text(
        "<html lang='en'><head><title>Talks in Kabul</title><link rel='canonical' href='https://news.example/talks'>"
        f"</head><body><article><h1>Talks in Kabul</h1>{paragraphs}</article></body></html>",
        encoding="utf-8",
    )
    [one] = readings(tmp_path)

    [entry] = one.feed.entries
    assert (entry.guid, entry.link, entry.title) == ("page.html", "https://news.example/talks", "Talks in Kabul")
    assert "paragraph 8 of the agreement" in entry.content
    assert "<p>" not in entry.content


def test_what_was_read_is_not_read_again_until_it_changes(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"Title {number}")
    [one] = readings(tmp_path)
    assert sorted(entry.title for entry in one.feed.entries) == ["Title 0", "Title 1", "Title 2"]
    assert read_folder(tmp_path, one.cursor, later()) is None

    tick()
    (tmp_path / "1.txt").write_text("Title 1, edited")
    (tmp_path / "3.txt").write_text("Title 3")
    assert sorted(titles(tmp_path, one.cursor)) == ["Title 1, edited", "Title 3"]


def test_a_file_that_comes_with_an_old_date_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text("New")
    [one] = readings(tmp_path)
    tick()
    elsewhere = tmp_path.parent / f"{tmp_path.name}.txt"
    elsewhere.write_text("Old")
    os.utime(elsewhere, (1, 1))
    elsewhere.rename(tmp_path / "old.txt")

    assert titles(tmp_path, one.cursor) == ["Old"]


def test_of_a_file_that_grew_only_the_new_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "wire.jsonl"
    file.write_text(line("1") + line("2"))
    [one] = readings(file)
    tick()
    with file.open("a") as more:
        more.write(line("3"))
    [grown] = readings(file, one.cursor)
    assert [entry.title for entry in grown.feed.entries] == ["3"]

    tick()
    file.write_text(line("1, edited") + line("2") + line("3") + line("4"))
    assert titles(file, grown.cursor) == ["1, edited", "2", "3", "4"]


def test_a_line_that_is_being_written_waits_until_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "wire.jsonl"
    file.write_text(line("1") + '{"title": "ha')
    now = datetime.now(UTC)
    first = read_folder(tmp_path, None, now)
    assert first is not None
    assert [entry.title for entry in first.feed.entries] == ["1"]
    assert read_folder(tmp_path, first.cursor, now) is None

    with file.open("a") as more:
        more.write('lf"}')
    [second] = readings(tmp_path, first.cursor)
    assert ([entry.title for entry in second.feed.entries], second.refused) == (["half"], ())


def test_a_file_that_is_being_written_waits_until_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Half")
    early = read_folder(tmp_path, None, datetime.now(UTC))
    assert early is not None
    assert early.feed.entries == ()
    assert titles(tmp_path, early.cursor) == ["Half"]


def test_more_than_one_reading_takes_is_taken_by_the_next_ones(tmp_path: Path) -> None:
    count = MAX_ENTRIES * 2 + 5
    (tmp_path / "a.jsonl").write_text("".join(line(str(number)) for number in range(count)))
    tick()
    (tmp_path / "b.txt").write_text("Last")
    read = list(readings(tmp_path))

    assert [one.more for one in read] == [True, True, False]
    assert [entry.title for one in read for entry in one.feed.entries] == [*map(str, range(count)), "Last"]


def test_a_bad_line_is_told_with_its_place_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 200)
    (tmp_path / "wire.jsonl").write_bytes(
        line("1").encode()
        + (b'{broken\n{"title": "secret", "authors": 5}\n{"title": "' + b"x" * 1000 + b'"}\n')
        + b'{"title": "No address", "url": "javascript:1"}\n[]\n\xff\xfe\n'
        + line("2").encode()
    )  # fmt: skip
    [one] = readings(tmp_path)

    assert [entry.title for entry in one.feed.entries] == ["1", "2"]
    assert [told.split(": ")[0] for told in one.refused] == [f"wire.jsonl:{number}" for number in range(2, 8)]
    assert all("; " in told for told in one.refused)
    assert "secret" not in "".join(one.refused)


def test_what_is_no_article_is_passed_over(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("Not of the folder")
    folder = tmp_path / "folder"
    (folder / ".git").mkdir(parents=True)
    for name in (".hidden.txt", ".git/a.txt", "a.txt~", "a.tmp", "picture.jpg", "a.jsonl.part"):
        (folder / name).write_text("Not an article")
    (folder / "link.txt").symlink_to(outside)
    (folder / "link").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.txt")
    (folder / "a.txt").write_text("An article")

    assert titles(folder) == ["An article"]
    (tmp_path / "by-link").symlink_to(folder)
    assert titles(tmp_path / "by-link") == ["An article"]


def test_a_file_over_the_bound_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 10)
    (tmp_path / "a.txt").write_text("Longer than that")
    [one] = readings(tmp_path)
    assert one.refused == ("a.txt: over 10 bytes long; split it",)


def test_a_folder_that_is_not_there_is_told_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(
        FolderUnreadable, match="nowhere cannot be read: No such file or directory; correct the source's"
    ):
        read_folder(tmp_path / "nowhere", None, later())


@pytest.mark.parametrize("known", ["", "[]", "7", '["x", "y", {}]', '[1, "a", [1]]', '[1, "a", {"b": 1}]', "\0"])
def test_a_cursor_that_cannot_be_read_begins_anew(tmp_path: Path, known: str) -> None:
    (tmp_path / "a.txt").write_text("A")
    assert titles(tmp_path, known) == ["A"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a.jsonl", "b.jsonl", "c.txt"]), max_size=4), max_size=6))
def test_whenever_it_is_read_each_article_comes_once(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[str]]
) -> None:
    folder, known, written, read = tmp_path_factory.mktemp("folder"), None, 0, list[str]()
    for names in rounds:
        texts = set()
        for name in names:
            if name.endswith(".txt"):
                if name in texts:
                    continue  # a text that is written over before it is read is one article
                texts.add(name)
                (folder / name).write_text(str(written))
            else:
                with (folder / name).open("a") as file:
                    file.write(line(str(written)))
            written += 1
        for one in readings(folder, known):
            known = one.cursor
            read += [entry.title for entry in one.feed.entries]
        tick()
    assert sorted(read, key=int) == [str(number) for number in range(written)]
