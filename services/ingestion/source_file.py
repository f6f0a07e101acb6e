"""What is said of a source in a file of `sources/*.yaml`; services/backbone/yaml_list.py writes it there. Pure."""

from datetime import timedelta

from services.ingestion.sources import Source

KEY = "sources"
"""Of the list in the file."""


def written(source: Source) -> dict[str, object]:
    """What is to be said of a source in the file: what is not the default anyway, and no secret."""
    values: dict[str, object] = {}
    for key in type(source).model_fields:
        value = getattr(source, key)
        if key in source.model_fields_set and key not in ("headers", "token"):
            values[key] = _plain(value)
    return values


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | bool | int | None) else str(value)


def _duration(interval: timedelta) -> str | int | float:
    seconds = interval.total_seconds()
    for unit, length in (("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    return int(seconds) if seconds.is_integer() else seconds
