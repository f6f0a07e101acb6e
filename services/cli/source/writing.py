"""Write sources into the configuration folder: whole files at once, so that no one reads half of one."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from services.backbone.whole_file import write_whole
from services.backbone.yaml_list import appended
from services.cli.adding import NotWritten, refused
from services.ingestion.identity.address_key import address_key
from services.ingestion.identity.canonical_url import canonical_url
from services.ingestion.source_file import KEY, written
from services.ingestion.sources import Source

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def key_of(url: str) -> str:
    """What the addresses of one feed have in common."""
    return address_key(canonical_url(url) or url)


def known_by_address(sources: Iterable[Source]) -> dict[str, str]:
    """The ids of sources by the keys of their addresses."""
    return {key_of(source.url): source.id for source in sources if source.url}


def write_sources(folder: Path, name: str, sources: Sequence[Source]) -> Path:
    """Add sources to a file of `sources/`, which is made where it is missing.

    Returns:
        The file.

    Raises:
        NotWritten: the name is none of a file, or the file system refuses.
        ConfigurationError: the file is there, and cannot be added to.
    """
    stem = name.removesuffix(".yaml")
    if not _NAME.fullmatch(stem):
        raise NotWritten(f"{name!r} is no file's name; use letters, digits and hyphens: --file afghanistan")
    path = folder / "sources" / f"{stem}.yaml"
    try:
        path.parent.mkdir(exist_ok=True)
        before = path.read_bytes() if path.exists() else b""
        entries = [written(source) for source in sources]
        write_whole(path, appended(f"sources/{path.name}", before, KEY, entries))
    except OSError as error:
        raise refused(path, error) from None
    return path
