"""A desk on the compose file: a wire that posts, a watch, and a webhook that tells this machine."""

import json
from pathlib import Path
from typing import Any, Final

from tests.deploy.compose.stack import Stack
from tests.deploy.compose.wire import TOKEN

SECRET: Final = "whsec_dG9jc2luLXRlc3Qtc2VjcmV0LTAxMjM0NTY3"
BRIDGES: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""Where engines make their networks, and so this machine as containers see it."""
_COMMITTED: Final = Path(__file__).with_name("committed.py").read_text(encoding="utf-8")


def desk(folder: Path, receiver_port: int) -> Stack:
    """Written into its folders, not brought up."""
    stack = Stack(folder)
    hook = {
        "id": "hook",
        "type": "webhook",
        "url": f"http://receiver:{receiver_port}/hook",
        "secret": {"file": "/run/secrets/tocsin/hook"},
        "allow_networks": list(BRIDGES),
    }
    screen = {"id": "screen", "type": "terminal"}
    stack.writes("tocsin.yaml", {"channels": [hook, screen], "default_channels": ["hook", "screen"]})
    wire = {"id": "wire", "name": "Wire", "kind": "push", "token": {"file": "/run/secrets/tocsin/wire"}}
    stack.writes("sources/wire.yaml", {"sources": [wire]})
    stack.writes("watches/ttp.yaml", {"watches": [{"id": "ttp", "any": [{"actor": "ttp"}]}]})
    stack.keeps("wire", TOKEN)
    stack.keeps("hook", SECRET)
    return stack


def alerts(stack: Stack) -> list[dict[str, Any]]:
    """What people are told of one article each, as a `read_committed` subscriber sees it."""
    printed = stack.runs("decide", "python", "-c", _COMMITTED)
    every = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    return [one for one in every if one["action"] == "ring" and one["article"] is not None]
