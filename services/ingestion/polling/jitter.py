"""Chance comes in as a value: dice that give a number between two."""

from collections.abc import Callable

Dice = Callable[[float, float], float]
"""A number between two, each as likely: `random.uniform`."""
