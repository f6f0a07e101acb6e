"""What a template may do, and that it cannot do more: reach Python, run without end, or make a text without end."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerting.notify.samples import samples
from services.alerting.notify.template import MOST_CHARACTERS, BrokenTemplate, Shape, Template
from services.alerting.notify.view import MOST, view_of
from services.alerting.notify.view_names import Sentence, View

SHAPES: tuple[Shape, ...] = ("line", "text", "html", "markdown")


def shown(source: str, shape: Shape = "text", **changes: object) -> str:
    """What a template makes of an alert, of which some values are others."""
    view = view_of(samples()["ring"])
    view.update(changes)  # type: ignore[typeddict-item]
    return Template(source, shape).render(view).strip()


def sentence(text: str, *, lang: str = "", rtl: bool = False) -> Sentence:
    parts = [{"text": part, "is_watched": bool(n % 2)} for n, part in enumerate(text.split("|")) if part]
    return {"parts": parts, "text": text.replace("|", ""), "dir": "rtl" if rtl else "ltr", "lang": lang}  # type: ignore[typeddict-item]


ESCAPES = {
    "the class of a value": "{{ about.__class__ }}",
    "the same by an index": "{{ about['__class__'] }}",
    "the same by a filter": "{{ about|attr('__class__') }}",
    "the way to all classes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "an attribute of a list": "{{ figures.append }}",
    "a method of a text": "{{ about.upper }}",
    "a method that is called": "{{ about.upper() }}",
    "str.format": "{{ '{0.__class__}'.format(about) }}",
    "str.format by a filter (CVE-2025-27516)": "{{ ('{0.__class__}'|attr('format'))(about) }}",
    "str.format kept for later (CVE-2024-56326)": "{% set f = '{0.__class__}'.format %}{{ [about]|map(f)|list }}",
    "str.format_map": "{{ '{a.__class__}'.format_map({'a': about}) }}",
    "the % of texts": "{{ '%s' % about }}",
    "keys as attributes (CVE-2024-22195, CVE-2024-34064)": "{{ {'a onclick=x': 1}|xmlattr }}",
    "filters by name": "{{ [about]|map('attr', '__class__')|list }}",
    "globals": "{{ cycler.__init__.__globals__.os }}",
    "globals of a function": "{{ lipsum.__globals__ }}",
    "the template itself": "{{ self }}",
    "the template's context": "{{ self._TemplateReference__context }}",
    "a loop's own": "{% for one in figures %}{{ loop.__class__ }}{% endfor %}",
    "a loop itself": "{% for one in figures %}{{ loop }}{% endfor %}",
    "a loop's functions": "{% for one in figures %}{{ loop.cycle('a') }}{% endfor %}",
    "a loop's private parts": "{% for one in figures %}{{ loop._iterator }}{% endfor %}",
    "a namespace": "{% set n = namespace(a=1) %}",
    "a dict": "{{ dict(a=1) }}",
    "the request of some framework": "{{ config.items() }}",
    "another file": "{% include '/etc/passwd' %}",
    "the file it builds upon": "{% extends '/etc/passwd' %}",
    "an import": "{% import 'x' as x %}",
    "an import of names": "{% from 'x' import y %}",
    "a macro": "{% macro m() %}{{ caller() }}{% endmacro %}",
    "a block of a call": "{% call about() %}{% endcall %}",
    "a block of a filter": "{% filter upper %}x{% endfilter %}",
    "a block": "{% block a %}{{ super() }}{% endblock %}",
    "escaping switched off": "{% autoescape false %}{{ about }}{% endautoescape %}",
    "escaping denied": "{{ about|safe }}",
    "a translation": "{% trans %}x{% endtrans %}",
    "a statement": "{% do figures.append(1) %}",
    "the debugger": "{% debug %}",
    "a with": "{% with a = 1 %}{{ a }}{% endwith %}",
    "another encoding of names": "{{ about['\\x5f\\x5fclass\\x5f\\x5f'] }}",
}
BOMBS = {
    "a range": "{% for a in range(999999999) %}x{% endfor %}",
    "a text times a number": "{{ 'x' * 999999999 }}",
    "a list times a number": "{{ [1] * 999999999 }}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "a number of many digits": "{{ " + "9" * 50_000 + " }}",
    "padding": "{{ about|center(999999999) }}",
    "padding by %": "{{ '%999999999d' % 1 }}",
    "padding by format": "{{ '{:999999999}'|format(1) }}",
    "doubling": "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "joining": "{{ about ~ about }}",
    "adding": "{{ about + about }}",
    "replacing": "{{ about|replace('a', about)|replace('a', about) }}",
    "a loop that calls itself": "{% for a in items recursive %}{{ loop(items) }}{% endfor %}",
    "three loops deep": "{% for a in items %}" * 3 + "{% endfor %}" * 3,
    "loops hidden in filters": "{% for a in items %}" * 2 + "{% if topics|join %}{% endif %}" + "{% endfor %}" * 2,
    "a loop over the letters of a text": "{% for letter in about %}{{ letter }}{% endfor %}",
    "deep nesting": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "a deep tree": "{{ 1" + " or 1" * 20_000 + " }}",
    "deep blocks": "{% if 1 %}" * 150 + "{% endif %}" * 150,
    "a long template": "x" * 200_000,
    "lorem": "{{ lipsum(99999) }}",
    "a slice": "{{ about[::-1] }}",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("source", ESCAPES.values(), ids=list(ESCAPES))
def test_no_template_reaches_python(source: str, shape: Shape) -> None:
    with pytest.raises(BrokenTemplate):
        shown(source, shape)


@pytest.mark.parametrize("source", BOMBS.values(), ids=list(BOMBS))
def test_no_template_runs_without_end(source: str) -> None:
    began = time.monotonic()
    with pytest.raises(BrokenTemplate):
        shown(source)
    assert time.monotonic() - began < 2


def test_the_costliest_template_that_is_let_through_is_quick() -> None:
    loop = "{% for a in items %}{% for b in items %}{% if a.text == b.text %}{% endif %}{% endfor %}{% endfor %}"
    source = max((loop * n for n in range(1, 4) if _is_let_through(loop * n)), key=len)
    many = [{"text": "x" * 699 + str(n)} for n in range(MOST)]

    began = time.monotonic()
    shown(source, items=many)
    assert time.monotonic() - began < 2


def _is_let_through(source: str) -> bool:
    try:
        Template(source, "text")
    except BrokenTemplate:
        return False
    return True


def test_a_text_that_is_too_long_is_given_up() -> None:
    long = [{"text": "x" * 699}] * MOST
    with pytest.raises(BrokenTemplate, match=f"longer than {MOST_CHARACTERS}"):
        shown("{% for a in items %}{% for b in items %}{{ b.text }}{% endfor %}{% endfor %}", items=long)


def test_a_loop_goes_over_few_elements() -> None:
    with pytest.raises(BrokenTemplate, match="list of at most 100"):
        shown("{% for a in items %}{% endfor %}", items=[{}] * (MOST + 1))


@pytest.mark.parametrize(
    ("source", "line", "what", "fix"),
    [
        ("one\n\n{{ abuot }}", 3, "unknown name 'abuot'", "did you mean 'about'?"),
        ("{% if about %}\n{{ about|uper }}{% endif %}", 2, "unknown filter 'uper'", "did you mean 'upper'?"),
        ("x\n{{ about is odd }}", 2, "unknown test 'odd'", "known: none"),
        ("x\n{% if about %}", 2, "Unexpected end of template", "correct it"),
        ("\n{{ about.upper() }}", 2, "a call cannot be used in a template", "view_names.py"),
        ("{% for a, b in items %}{% endfor %}", 1, "a loop has one name", "write {% for item in items %}"),
        ("{% for zz in items %}{% endfor %}\n{{ zz }}", 2, "unknown name 'zz'", "view_names.py"),
        ("\n\n{{ title.txet }}", 3, "has no attribute 'txet'", "view_names.py"),
        ("a\n{{ items[0].nothing }}", 2, "has no element 0", "view_names.py"),
        ("a\n{{ figures }}", 2, "a list cannot be printed; print what is in it", "view_names.py"),
    ],
)
def test_a_defect_says_the_line_and_what_to_do(source: str, line: int, what: str, fix: str) -> None:
    with pytest.raises(BrokenTemplate) as raised:
        shown(source)
    assert (raised.value.line, what in raised.value.what, fix in raised.value.fix) == (line, True, True), raised.value


def test_what_a_template_may_say() -> None:
    source = """
    {%- for line in figures if line != "x" %}{{ loop.index }}/{{ loop.length }} {{ line|upper }}{% endfor -%}
    {% if severity in ("high", "critical") and not is_update %}, {{ watch|shorten(6) }}{% endif %}
    {{- ", " }}{{ title.text[0] if coverage is none else topics|length }}{{ topics|join(" + ") }}"""

    with pytest.raises(BrokenTemplate):
        shown(source)  # a text has no index: its letters may belong together
    assert shown(source.replace("title.text[0]", "topics|length")) == "1/1 INJURED: 12, Borde…, 1Peace talks"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("line", "&lt;b&gt; <b>x</b> *y* «z»"),
        ("text", "&lt;b&gt; <b>x</b> *y* «z»"),
        ("html", '&amp;lt;b&amp;gt; &lt;b&gt;x&lt;/b&gt; *y* <bdi dir="ltr" lang="en"><mark>z</mark></bdi>'),
        ("markdown", "&\u2060lt;b&\u2060gt; <\u2060b>x<\u2060/b> \\*y\\* **z**"),
    ],
)
def test_what_an_article_says_is_escaped_by_the_shape(shape: Shape, expected: str) -> None:
    assert (
        shown("{{ about }} {{ title|marked }}", shape, about="&lt;b&gt; <b>x</b> *y*", title=sentence("|z", lang="en"))
        == expected
    )


@pytest.mark.parametrize(
    "hostile",
    [
        *("@everyone come", "<!channel> come", "<@U012AB> come", "&#64;all", "<script>x</script>"),
        *("[here](https://evil.example)", "![x](https://evil.example)", "`code`", "a_b_c", "~~gone~~", "||hidden||"),
        *("# head", "> quote", "- item", "+ item", "1. item", "12) item", "=="),
    ],
)
def test_markdown_of_an_article_means_nothing(hostile: str) -> None:
    from markdown_it import MarkdownIt

    made = shown("{{ about }}", "markdown", about=hostile)
    tokens = MarkdownIt("commonmark").parse(made)

    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children or ()} <= {"text", "text_special"}
    assert tokens[1].children is not None
    assert "".join(child.content for child in tokens[1].children).replace("\u2060", "") == hostile
    assert not any(call in made for call in ("@everyone", "<!channel", "<@U", "~~", "||", "<script", "&#64"))


def test_a_value_of_the_other_direction_does_not_turn_the_line() -> None:
    title = sentence("کابل میں |ٹی ٹی پی| (TTP)", lang="ur", rtl=True)

    assert shown(
        "{{ title|marked }} · {{ about }}", "text", title=title
    ) == "\u2067کابل میں «ٹی ٹی پی» (TTP)\u2069 · " + shown("{{ about }}")
    assert shown("{{ title|marked }}", "markdown", title=title) == "\u2067کابل میں **ٹی ٹی پی** (TTP)\u2069"
    assert (
        shown("{{ title|marked }}", "html", title=title)
        == '<bdi dir="rtl" lang="ur">کابل میں <mark>ٹی ٹی پی</mark> (TTP)</bdi>'
    )


_SCRAPS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "for a in items",
    "endfor",
    "if",
    "else",
    "endif",
    "a.title",
    "about",
    "|",
    "upper",
]
_SCRAPS += [
    "(",
    ")",
    "[",
    "]",
    "'",
    "\\",
    "0",
    "is",
    "none",
    "not",
    "loop.index",
    ",",
    "**",
    "__class__",
    "set",
    "=",
    "-",
    "\n",
    "raw",
]


def defect_of(source: str, shape: Shape) -> BrokenTemplate | None:
    try:
        template = Template(source, shape)
        for message in samples().values():
            template.render(view_of(message))
    except BrokenTemplate as error:
        return error
    return None


@settings(max_examples=50)
@given(st.lists(st.sampled_from(_SCRAPS), max_size=25).map(" ".join) | st.text(max_size=30), st.sampled_from(SHAPES))
def test_whatever_is_written_is_a_template_or_a_defect(source: str, shape: Shape) -> None:
    defect = defect_of(source, shape)

    assert defect is None or (defect.what and defect.fix and 0 <= defect.line <= source.count("\n") + 1)


@pytest.mark.parametrize(
    "scrap", ["{", "{{", "{%", "{#", " ", "\n", "{{'", "{%if a%}", "{% raw %}", "}}", "-%}", "{{ ["]
)
def test_what_is_written_is_read_quickly(scrap: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(BrokenTemplate):
        Template((scrap * 100_000)[:100_000], "text")
    assert time.monotonic() - began < 5


def test_templates_of_the_same_source_and_shape_are_equal() -> None:
    assert Template("{{ about }}", "text") == Template("{{ about }}", "text")
    assert Template("{{ about }}", "text") != Template("{{ about }}", "html")
    assert len({Template("{{ about }}", "text"), Template("{{ about }}", "text")}) == 1


def test_one_line_stays_one_line() -> None:
    assert shown("{{ about }}\n\n  {{ watch }}", "line", about="a\u2028b") == "a b Border desk"


@pytest.mark.parametrize("name", View.__annotations__)
def test_every_name_is_there_in_every_kind_of_message(name: str) -> None:
    template = Template("{% if " + name + " %}{% endif %}", "text")

    assert {template.render(view_of(message)) for message in samples().values()} == {"\n"}
