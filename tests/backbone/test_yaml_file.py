from typing import Any

import pytest
from hypothesis import example as also
from hypothesis import given
from hypothesis import strategies as st

from services.backbone.errors import ConfigurationError, Defect
from services.backbone.yaml_file import MAX_DEPTH, parse_yaml, show_path


def defect(text: bytes) -> Defect:
    """The one defect of a text."""
    with pytest.raises(ConfigurationError) as refused:
        parse_yaml("a.yaml", text)
    [found] = refused.value.defects
    return found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("0", 0), ("7", 7), ("-12", -12), ("1.50", 1.5), ("-0.25", -0.25),
        *((text, text) for text in (
            "no", "on", "y", "Yes", "True", "TRUE", "Null", "NULL", "=",
            "22:30", "1:59:59", "017", "0o17", "0x1F", "0b1", "1_000", "+5", ".5", "5.", "1e5", ".inf", ".NaN", "007",
            "2026-11-24", "2026-11-24T05:00:00Z", "9" * 5_000, "1." + "9" * 5_000,
        )),
        ("'7'", "7"), ('"true"', "true"), ("''", ""), ("|-\n  null", "null"), (">-\n  1\n  2", "1 2"),
    ],
)  # fmt: skip
def test_only_what_looks_like_it_to_anyone_is_not_text(written: str, read: object) -> None:
    value = parse_yaml("a.yaml", f"key: {written}\n".encode()).values["key"]
    assert value == read
    assert type(value) is type(read)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_text_in_quotes_is_taken_as_it_stands(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    assert parse_yaml("a.yaml", f"key: {quoted}".encode()).values == {"key": text}


@pytest.mark.parametrize("text", [b"", b"\n\n", b"# only a comment\n", b"\xef\xbb\xbf"])
def test_an_empty_file_holds_nothing(text: bytes) -> None:
    assert parse_yaml("a.yaml", text).values == {}


def test_files_of_other_editors_are_read() -> None:
    file = parse_yaml("a.yaml", b"\xef\xbb\xbfon: [\xd8\xa7]\r\n22:30: {no: 1}\r\n")
    assert file.values == {"on": ["ا"], "22:30": {"no": 1}}
    assert str(file.locate(("22:30", "no"))) == "a.yaml:2 22:30.no"


TEXT = b"""\
watches:
  - id: first

  - id: second
    any: [ttp,
      kabul]
"""


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ((), "a.yaml:1"),
        (("watches",), "a.yaml:1 watches"),
        (("watches", 0), "a.yaml:2 watches[0]"),
        (("watches", 1), "a.yaml:4 watches[1]"),
        (("watches", 1, "any"), "a.yaml:5 watches[1].any"),
        (("watches", 1, "any", 1), "a.yaml:6 watches[1].any[1]"),
        (("watches", 1, "name"), "a.yaml:4 watches[1].name"),
        (("watches", 7, "id"), "a.yaml:1 watches[7].id"),
    ],
)
def test_each_part_knows_its_line(path: tuple[str | int, ...], shown: str) -> None:
    assert str(parse_yaml("a.yaml", TEXT).locate(path)) == shown


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (b"a: 1\nb: &x [1]\nc: *x", 2, "anchor"),
        (b"a: &a [*a]", 1, "anchor"),
        (b"a: &a 1\n*a : 2", 1, "anchor"),
        (b"a: 1\nb:\n  <<: {c: 1}", 3, "a key that is not text"),
        (b"a: 1\nb: !!python/object/apply:os.system [ls]", 2, "a tag"),
        (b"a: !secret x", 1, "a tag"),
        (b"a: !!str 5", 1, "a tag"),
        (b"!!set {a}", 1, "a tag"),
        (b"a: 1\n? [b]\n: 1", 2, "a key that is not text"),
        (b"a: 1\n---\nb: 2", 2, "another document"),
        (b"- a", 1, "a list or a word at the top"),
        (b"\nword", 2, "a list or a word at the top"),
        (b"a:\n  b: 1\n\tc: 2", 3, "tab"),
        (b"a: 1\nb: \xff", 2, "not UTF-8"),
        (b"\xff\xfea\0:\0", 1, "not UTF-8"),
        (b"a: 1\n\nb: \x00", 3, "not YAML"),
        (b"a: 1\nb: '\x1b[31m'", 2, "not YAML"),
        (b'a: "\\ud800"', 1, "not YAML"),
        (b"a: b: c", 1, "not YAML"),
        (b"a: 'b\n", 2, "not YAML"),
        (b"a:\n  - b: 1\n   c: 2", 3, "not YAML"),
    ],
)
def test_what_is_not_read_is_refused_with_its_line(text: bytes, line: int, what: str) -> None:
    found = defect(text)
    assert what in found.what
    assert (found.where.file, found.where.line) == ("a.yaml", line)
    assert found.fix
    assert "\n" not in str(found)


def test_a_tab_is_told_as_what_it_is() -> None:
    assert defect(b"a:\n  b: 1\n\tc: 2").fix == "indent with spaces, not tabs"


def test_a_key_that_stands_twice_names_both_lines() -> None:
    found = defect(b"a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert str(found).startswith("a.yaml:4 a.b: 'b' stands twice, first in line 2")
    assert parse_yaml("a.yaml", b"a: {b: 1}\nc: {b: 2}").values == {"a": {"b": 1}, "c": {"b": 2}}


@pytest.mark.parametrize(
    "text",
    [
        b"a: " + b"[" * 100_000,
        b"a: " + b"[" * 100_000 + b"]" * 100_000,
        b"{a: " * 100_000,
        b"a:\n  " + b"- " * 100_000,
        b"? " * 100_000,
        b"".join(b" " * level + b"a:\n" for level in range(2_000)),
    ],
    ids=["lists", "closed lists", "mappings", "dashes", "keys", "indented"],
)
def test_a_file_nested_without_end_is_refused(text: bytes) -> None:
    assert defect(text).what in ("nested too deep", "a key that is not text")


def test_nesting_is_read_down_to_the_limit() -> None:
    value: Any = parse_yaml("a.yaml", b"{a: " * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH).values
    for _ in range(MAX_DEPTH):
        value = value["a"]
    assert value == 1


def test_an_alias_bomb_costs_nothing() -> None:
    bomb = b"a0: &a0 [x]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (i, i, b",".join([b"*a%d" % (i - 1)] * 9)) for i in range(1, 99)
    )
    assert defect(bomb).where.line == 1


yaml_like = st.lists(
    st.sampled_from(["a", ":", " ", "\n", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "|", ">", "?", "&a", "*a", "!"])
    | st.sampled_from(["<<", "~", "1", "\t", "\r", "%", "@", "---", "...", "\\x", "\x00", "\u2028", "é", "😀"]),
    max_size=40,
).map(lambda parts: "".join(parts).encode())


@given(st.binary() | st.text().map(str.encode) | yaml_like)
@also(b"\xef\xbb\xbf\xef\xbb\xbf")
@also(b"a: \xed\xa0\x80")
def test_any_file_is_read_or_refused_with_place_and_fix(text: bytes) -> None:
    try:
        file = parse_yaml("a.yaml", text)
    except ConfigurationError as error:
        [found] = error.defects
        assert 1 <= found.where.line <= len(text.decode(errors="replace").splitlines()) + 1
        assert found.what
        assert found.fix
    else:
        assert all(isinstance(key, str) for key in file.values)


def test_a_path_reads_as_people_write_it() -> None:
    assert show_path(("watches", 2, "any", 0)) == "watches[2].any[0]"
