"""Texts by template: Jinja2, cut down to what a text needs, so that no template reaches Python or runs without end.

Three walls, each of which holds by itself:

1. Grammar. Only the elements below may be written: values, conditions, loops, comparisons, a few filters and tests.
   There are no calls, macros, imports, includes, assignments, arithmetic or joining of texts, so nothing can be built
   that is longer than what is given, and no operator on constants is worked out when a template is compiled.
2. Values. A template is given plain dicts, lists, texts, numbers and truths. `a.b` and `a["b"]` read a key or an index
   and nothing else: no attribute of any Python object can be named, `_` or not.
3. Bounds. A loop goes over a list of at most `MOST` elements. From that the cost of a template is known before it runs,
   and the text is given up where it is longer than `MOST_CHARACTERS`.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, get_type_hints

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2 import Template as Compiled
from jinja2.exceptions import TemplateError, TemplateSyntaxError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.alerting.notify.filters import FILTERS, printed, printed_in_line, printed_in_markdown
from services.alerting.notify.view import MOST
from services.alerting.notify.view_names import View
from services.backbone.configuration import nearest

Shape = Literal["line", "text", "html", "markdown"]
"""What a template makes. It decides how values are escaped: in HTML and Markdown all are, whatever a template says."""

MOST_CHARACTERS: Final = 1_000_000
MOST_SOURCE: Final = 100_000
MOST_COST: Final = 200_000
"""Elements that are worked out at most for one message."""

NAMES: Final = frozenset(get_type_hints(View))
_OF_LOOPS: Final = frozenset({"first", "last", "index", "length"})
_OF_LISTS: Final = frozenset({"join", "marked"})
_TESTS: Final = frozenset({"none"})
_ELEMENTS: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name, nodes.Const, nodes.Tuple),
    *(nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.CondExpr, nodes.Compare, nodes.Operand),
    *(nodes.And, nodes.Or, nodes.Not),
)


class BrokenTemplate(ValueError):
    """A template cannot be used.

    Attributes:
        line: where, from 1; 0 where nobody can tell.
        what: what is wrong.
        fix: what to do.
    """

    def __init__(self, line: int, what: str, fix: str) -> None:
        super().__init__(f"line {line}: {what}; {fix}" if line else f"{what}; {fix}")
        self.line, self.what, self.fix = line, what, fix


class Template:
    """A template that can be used. Two of the same source and shape do the same."""

    def __init__(self, source: str, shape: Shape) -> None:
        """
        Raises:
            BrokenTemplate: it is no template, or uses what is not there.
        """
        self.source = source
        self.shape = shape
        self._compiled = _compiled(source, shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and (self.source, self.shape) == (other.source, other.shape)

    def __hash__(self) -> int:
        return hash((self.source, self.shape))

    def render(self, view: View) -> str:
        """The text.

        Raises:
            BrokenTemplate: it uses what this message has not, or the text is too long.
        """
        pieces, length = [], 0
        try:
            for piece in self._compiled.generate(**view):
                pieces.append(piece)
                length += len(piece)
                if length > MOST_CHARACTERS:
                    raise BrokenTemplate(0, f"the text is longer than {MOST_CHARACTERS} characters", "shorten it")
        except BrokenTemplate:
            raise
        except (TemplateError, TypeError, ValueError, AttributeError) as error:
            raise BrokenTemplate(_line_of(error), _said(error), _FIX) from None
        text = "".join(pieces)
        if self.shape == "line":
            return " ".join(text.split())
        return re.sub("\n{3,}", "\n\n", text.strip()) + "\n"


_FIX: Final = "see the names that a template may use: services/alerting/notify/view_names.py"


_PRINTED: Final[Mapping[Shape, Callable[[object], object]]] = {
    "line": printed_in_line,
    "text": printed_in_line,
    "html": printed,
    "markdown": printed_in_markdown,
}


class _Environment(ImmutableSandboxedEnvironment):
    """Reads keys and indexes, never attributes."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(
            autoescape=shape == "html",
            finalize=_PRINTED[shape],
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.globals.clear()
        self.tests = {name: self.tests[name] for name in _TESTS}
        self.filters = {**FILTERS[shape], _GUARD: _list_of_few}

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in _OF_LOOPS:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        match obj, argument:
            case Undefined(), _:
                return obj  # it says what is not there first
            case dict(), str() if argument in obj:
                return obj[argument]
            case list(), int() if 0 <= argument < len(obj):
                return obj[argument]
        return self.undefined(obj=obj, name=argument)


_GUARD: Final = "list of few"
"""No template can write this name of a filter."""


def _list_of_few(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > MOST:
        raise TypeError(f"a loop goes over a list of at most {MOST} elements")
    return value


_environment: Callable[[Shape], _Environment] = lru_cache(maxsize=None)(_Environment)


@lru_cache(maxsize=1_000)
def _compiled(source: str, shape: Shape) -> Compiled:
    if len(source) > MOST_SOURCE:
        raise BrokenTemplate(0, f"longer than {MOST_SOURCE} characters", "shorten it")
    environment = _environment(shape)
    try:
        tree = environment.parse(source)
        _check(tree, frozenset(), FILTERS[shape])
        cost = _cost(tree)
        if cost > MOST_COST:
            raise BrokenTemplate(
                0, f"it may work out {cost:,} elements; {MOST_COST:,} are the most", "take out a loop within a loop"
            )
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _GUARD, [], [], None, None, lineno=loop.lineno)
        return environment.from_string(tree)
    except BrokenTemplate:
        raise
    except TemplateSyntaxError as error:
        raise BrokenTemplate(error.lineno, error.message or "not a template", "correct it") from None
    except (RecursionError, SyntaxError, ValueError) as error:
        raise BrokenTemplate(0, f"cannot be read: {type(error).__name__}", "make it simpler") from None


def _check(node: nodes.Node, bound: frozenset[str], known: Mapping[str, object]) -> None:
    """Refuse what a template may not write.

    Args:
        node: what is written.
        bound: names of the loops around it.
        known: the filters.

    Raises:
        BrokenTemplate: with the line.
    """
    if not isinstance(node, _ELEMENTS) or (isinstance(node, nodes.For) and node.recursive):
        name = _WORDS.get(type(node), type(node).__name__.lower())
        raise BrokenTemplate(node.lineno, f"{name} cannot be used in a template", _FIX)
    match node:
        case nodes.Getattr(attr=str(key)) | nodes.Getitem(arg=nodes.Const(value=str(key))) if key.startswith("_"):
            raise BrokenTemplate(node.lineno, f"unknown name {key!r}", _FIX)
        case nodes.Name() if node.name not in (names := NAMES | bound) or node.name == "loop":
            raise BrokenTemplate(node.lineno, f"unknown name {node.name!r}", nearest(node.name, names - {"loop"}, _FIX))
        case nodes.Filter() if node.name not in known or node.node is None:
            raise BrokenTemplate(
                node.lineno, f"unknown filter {node.name!r}", nearest(node.name, known, f"known: {', '.join(known)}")
            )
        case nodes.Test() if node.name not in _TESTS:
            raise BrokenTemplate(node.lineno, f"unknown test {node.name!r}", f"known: {', '.join(_TESTS)}")
        case nodes.Getattr(node=nodes.Name(name="loop")) if "loop" in bound and node.attr in _OF_LOOPS:
            return
        case nodes.For():
            if not isinstance(node.target, nodes.Name):
                raise BrokenTemplate(node.lineno, "a loop has one name", "write {% for item in items %}")
            _check(node.iter, bound, known)
            inner = bound | {node.target.name, "loop"}
            for child in (*node.body, *([node.test] if node.test else [])):
                _check(child, inner, known)
            for child in node.else_:
                _check(child, bound, known)
            return
    for child in node.iter_child_nodes():
        _check(child, bound, known)


_WORDS: Final[Mapping[type[nodes.Node], str]] = {
    nodes.Call: "a call",
    nodes.Concat: "joining by ~",
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.For: "a recursive loop",
    nodes.Slice: "a slice",
}


def _cost(node: nodes.Node) -> int:
    """How many elements are worked out at most."""
    inside = 1 + sum(map(_cost, node.iter_child_nodes()))
    goes_over_a_list = isinstance(node, nodes.For) or (isinstance(node, nodes.Filter) and node.name in _OF_LISTS)
    return inside * MOST if goes_over_a_list else inside


def _line_of(error: Exception) -> int:
    """Where a template stood when this was raised: Jinja2 rewrites the traceback to lines of the template."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _said(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:200] or type(error).__name__
