"""By what an entry is known again: digests of its guid and its address. Pure."""

from hashlib import blake2b

from services.ingestion.identity.address_key import address_key, is_front_page
from services.ingestion.identity.canonical_url import canonical_url
from services.ingestion.reading.entry import Entry


def guid_of(entry: Entry) -> str:
    """Of a guid that can tell articles apart: not of the outlet's front page."""
    if entry.guid is None:
        return ""
    address = canonical_url(entry.guid)
    return "" if address is not None and is_front_page(address) else digest_of(entry.guid)


def link_of(entry: Entry) -> str:
    """Of the key of its address; empty where that tells nothing."""
    address = canonical_url(entry.link) if entry.link and not entry.shares_link else None
    return "" if address is None or is_front_page(address) else digest_of(address_key(address))


def digest_of(*parts: object) -> str:
    """Of these parts together."""
    return blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
