"""`tocsin demo`: the main job on this machine, in a minute, on a broker of its own."""

from services.cli.demo.command import demo

__all__ = ["demo"]
