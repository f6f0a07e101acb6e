"""Whether a command that a page shows is one: its words and its options are held against the program's own."""

import shlex
from typing import Any

from services.cli.docs.commands import described

COMMANDS = dict(described())


def ours(command: str) -> list[str] | None:
    """The words behind `tocsin`, also where it is called in a container; None where it is no command of ours."""
    words = shlex.split(command, comments=True)
    words = words[next((number for number, word in enumerate(words) if "=" not in word), 0) :]
    if words[:2] == ["docker", "compose"]:
        for name in ("cli", "provision"):
            if name in words[words.index("run") + 1 :] if "run" in words else False:
                return words[words.index(name) + 1 :]
        words = words[words.index("tocsin") :] if "exec" in words and "tocsin" in words else []
    return words[1:] if words and words[0].rpartition("/")[2] == "tocsin" else None


def fault_of(words: list[str], *, whole: bool = True) -> str | None:
    """What is wrong with these words; None where they are a command.

    Args:
        words: behind `tocsin`.
        whole: whether all that the command needs must be there, as in what is typed.
    """
    path = "tocsin"
    while words and f"{path} {words[0]}" in COMMANDS:
        path, words = f"{path} {words[0]}", words[1:]
    if path == "tocsin":
        return None if words[:1] in (["--help"], ["--install-completion"]) else "there is no such command"
    command = COMMANDS[path]
    if hasattr(command, "commands"):
        return f"{path} has no command {words[0]}" if words else (f"{path} is a group" if whole else None)
    options = {name: each for each in command.params for name in (*each.opts, *each.secondary_opts) if name[0] == "-"}
    given, left = set[str](), list[str]()
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if word == "--help":
            return None
        if not word.startswith("-") or word == "-":
            left.append(word)
        elif name not in options:
            return f"{path} has no option {name}"
        else:
            given.add(options[name].name)
            if not getattr(options[name], "is_flag", False) and not value and next(rest, None) is None:
                return f"{name} needs a value"
    return _lacking(path, command, given, left) if whole else None


def _lacking(path: str, command: Any, given: set[str], left: list[str]) -> str | None:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    most = None if any(each.nargs == -1 for each in arguments) else len(arguments)
    if most is not None and len(left) > most:
        return f"{path} takes {most} arguments, not {left}"
    if len(left) < sum(each.required for each in arguments):
        return f"{path} needs more arguments than {left}"
    missing = [
        each.name for each in command.params if each.required and each.name not in given and each.opts[0][0] == "-"
    ]
    return f"{path} needs {missing}" if missing else None
