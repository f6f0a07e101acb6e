"""docs/commands.md, from the commands themselves: every one with its arguments, options and help."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final, get_args, get_origin, get_type_hints

import typer.main

from services.cli.docs.markdown import code, fenced, in_one_line, table
from services.cli.docs.types import WORDS

ABOUT: Final = """\
# Commands

Every command of `tocsin`, as `tocsin COMMAND --help` tells it. This page is made from the commands themselves.

Exit status: 0 done, 1 an error that was told, 2 wrong usage. An error is one message with the fix, on standard error.
`TOCSIN_*` in the environment ([configuration.md](configuration.md#environment)) holds for every command; an option
wins over it. In the containers: `docker compose run --rm cli COMMAND`.
"""
_SHOWN_BY_ITSELF: Final = ("help",)


def commands_page() -> str:
    """The page."""
    listed = list(described())
    rows = [
        (f"[{code(path)}](#{path.replace(' ', '-')})", _first(command))
        for path, command in listed
        if not _inner(command)
    ]
    return "\n".join([ABOUT, table(("command", "what it does"), rows), *(_section(*each) for each in listed)])


def described() -> Iterator[tuple[str, Any]]:
    """Each command and group with the words that call it."""
    from services.cli.app import app  # it names every command's module, and so this one too

    root = typer.main.get_command(app)
    for name in root.commands:  # type: ignore[attr-defined]
        yield from _with_inner(f"tocsin {name}", root.commands[name])  # type: ignore[attr-defined]


def _with_inner(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in _inner(command).items():
        yield from _with_inner(f"{path} {name}", inner)


def _inner(command: Any) -> dict[str, Any]:
    return getattr(command, "commands", {})


def _section(path: str, command: Any) -> str:
    depth = "##" if path.count(" ") == 1 else "###"
    lines = [f"{depth} {path}\n", _help(command)]
    if _inner(command):
        return "\n".join(lines)
    types = get_type_hints(command.callback)
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [
        each for each in command.params if each.param_type_name == "option" and each.name not in _SHOWN_BY_ITSELF
    ]
    usage = [path, *(["[OPTIONS]"] if options else []), *map(_metavar, arguments)]
    lines.append(fenced("text", " ".join(usage)))
    if arguments:
        rows = [
            (code(_metavar(each)), _takes(each, types[each.name]), in_one_line(each.help or "")) for each in arguments
        ]
        lines.append(table(("argument", "takes", "meaning"), rows))
    if options:
        named = [(" ".join(map(code, [*each.opts, *each.secondary_opts])), each) for each in options]
        shown = [
            (names, _takes(each, types[each.name]), _default(each), in_one_line(each.help or ""))
            for names, each in named
        ]
        lines.append(table(("option", "takes", "default", "meaning"), shown))
    return "\n".join(lines)


def _help(command: Any) -> str:
    return "\n\n".join(in_one_line(part) for part in (command.help or "").split("\n\n")) + "\n"


def _first(command: Any) -> str:
    return in_one_line((command.help or "").split("\n\n")[0])


def _metavar(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    name = name if argument.nargs == 1 else f"{name}..."
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _takes(parameter: Any, type_: Any) -> str:
    kinds = [each for each in get_args(type_) or (type_,) if each is not type(None)]
    kind = kinds[0]
    if get_origin(kind) is list:
        kind = get_args(kind)[0]
    if getattr(parameter, "is_flag", False):
        return ""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(code(each.value) for each in kind)
    low, high = getattr(parameter, "min", None), getattr(parameter, "max", None)
    bounds = ("" if low is None else f" from {low:,}") + ("" if high is None else f" up to {high:,}")
    return f"{WORDS.get(kind, 'text')}{bounds}{', several times' if parameter.multiple else ''}"


def _default(option: Any) -> str:
    value = option.default() if callable(option.default) else option.default
    if option.required:
        return "**needed**"
    if value is None or value is False or value in ((), [], ""):
        return ""
    if value is True:
        return code(option.opts[0])
    return code(value.value if isinstance(value, Enum) else value)
