"""The example of each event, as its schema publishes it, and the paths of what is in it."""

import copy
from collections.abc import Iterator
from typing import Any, TypeVar, cast

from pydantic import BaseModel

import schemas.remembered
import schemas.source_incident
import schemas.state  # noqa: F401 - so that the events of all three are known too
from schemas import Event

E = TypeVar("E", bound=Event)
Path = tuple[str | int, ...]

EVENTS: list[type[Event]] = [model for model in Event.__subclasses__() if model.__module__.startswith("schemas.")]


def example_json(model: type[Event]) -> dict[str, Any]:
    """The published example, to be changed at will."""
    extra = cast(dict[str, Any], model.model_config["json_schema_extra"])
    return copy.deepcopy(extra["examples"][0])


def example(model: type[E], **changes: Any) -> E:
    """The published example as an event, with some fields changed."""
    return model.model_validate(example_json(model) | changes)


def replaced(document: Any, path: Path, value: Any) -> Any:
    """The document with another value at this path; a key that is not there yet is added."""
    if not path:
        return value
    changed = copy.copy(document)
    changed[path[0]] = replaced(document[path[0]] if len(path) > 1 else None, path[1:], value)
    return changed


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything in an event, its parts and itself included, with its path."""
    yield path, value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from leaves(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
