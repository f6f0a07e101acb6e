"""Time zones as feeds write them: +0430, GMT+8, PKT, Asia/Kabul.

An abbreviation that several zones have means what RFC 822 says (CST is in America), else the one with more feeds.
"""

import re
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_ZONES = {
    zone: float(hours)
    for hours, zones in {
        "0": "z ut utc gmt wet",
        "1": "bst cet met west wat",
        "2": "cest mest eet sast cat",
        "3": "eest idt msk trt eat",
        "3.5": "irst",
        "4": "gst msd azt amt get samt",
        "4.5": "aft irdt",
        "5": "pkt uzt tjt tmt yekt",
        "5.5": "ist slst",
        "5.75": "npt",
        "6": "kgt almt bdt omst btt",
        "6.5": "mmt",
        "7": "ict wib krat novt",
        "8": "hkt sgt myt pht awst irkt wita ulat",
        "9": "jst kst wit yakt",
        "9.5": "acst",
        "10": "aest vlat",
        "10.5": "acdt",
        "11": "aedt magt",
        "12": "nzst",
        "13": "nzdt",
        "-3": "adt brt art",
        "-3.5": "nst",
        "-4": "ast at edt",
        "-5": "cdt est et",
        "-6": "cst ct mdt",
        "-7": "mst mt pdt",
        "-8": "pst pt akdt",
        "-9": "akst",
        "-10": "hst",
    }.items()
    for zone in zones.split()
}

_OFFSET = re.compile(r"([+-])\s?(\d{1,2}):?(\d\d)?")
_MAX_HOURS = 14


def ahead_of_utc(zone: str, moment: datetime) -> timedelta | None:
    """How far ahead of UTC a zone is at a moment of its own; None where no one knows.

    Args:
        zone: in lower case.
        moment: the local time, whatever zone is set on it.

    Raises:
        ValueError: no zone is that far.
    """
    if zone in _ZONES:
        return timedelta(hours=_ZONES[zone])
    if offset := _OFFSET.search(zone.replace("--", "-")):
        sign, hours, minutes = offset[1], int(offset[2]), int(offset[3] or 0)
        if "/" not in zone:
            if hours > _MAX_HOURS or minutes > 59:
                raise ValueError("no such zone")
            return timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    if "/" in zone:
        place = _places().get(zone)
        return ZoneInfo(place).utcoffset(moment.replace(tzinfo=None)) if place else None
    return timedelta(0) if len(zone) == 1 else None  # RFC 5322: the letters were never used as defined


@cache
def _places() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
