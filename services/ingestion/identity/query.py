"""What in an address says nothing of what is shown: where the reader came from, and the reader's session.

A parameter is left out only where its name, or its name and the form of its value, can mean nothing else. One more that
stays costs a repeated article; one too many that goes hides another article.
"""

import re

_TRACKING = re.compile(
    r"""(?:utm|at|ns|hsa|mtm|pk|piwik|matomo|mc|oly|vero|amp_js|fb_action|guce|soc|elq|__cft|__xts)_ .*
    | fbclid | fb_ref | fb_source | mibextid | __tn__ | gclid | gclsrc | gbraid | wbraid | dclid | msclkid | yclid
    | ysclid | twclid | ttclid | irclickid | rb_clickid | igsh (?:id)? | li_fat_id | epik | s_kwcid | ef_id | _ga | _gl
    | _openstat | __s | _hsenc | _hsmi | mkt_tok | __twitter_impression | ref_src | ref_url | wickedid | xtor | ocid
    | ncid | s_cid | cmpid | icid | CMP | ito | spm | smid | smtyp | srnd | sref | dicbo | tblci | elqTrack (?:Id)?
    | hootPostID | nr_email_referer | trkCampaign | isappinstalled | traffic_source | maca | wt[_.]mc (?:_id)? | wt_zmc
    | rss_id | guccounter | usqp | amp_gsa""",
    re.VERBOSE | re.IGNORECASE,
)
"""Parameters that say where the reader came from and never what is shown."""
_FROM_A_FEED = re.compile(
    r"(?:source|src|ref|from|partner|emc)=(?:rss(?:_?feed)?|feed|atom|singlemessage|groupmessage|timeline)",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r"""(?:PHPSESSID | JSESSIONID | ASPSESSIONID[A-Z]{8} | ASP\.NET_SessionId | session_?id | sess_?id | CFID | CFTOKEN
        | osCsid | zenid)=.*
    | (?:sid|s) = (?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,}""",
    re.VERBOSE | re.IGNORECASE,
)
"""By names that nothing else has; `sid` and `s` only with a long hexadecimal number of digits and letters."""
_SESSION_IN_PATH = re.compile(
    r";(?:jsessionid|phpsessid|sid)=[^/;]*|(?<=/)\((?:[A-Z]\([A-Za-z0-9_-]+\))+\)/", re.IGNORECASE
)
"""As servlet containers and ASP.NET write them for readers without cookies."""


def tells_what_is_shown(pair: str) -> bool:
    """Whether a `name=value` of a query counts."""
    name = pair.partition("=")[0]
    return bool(name) and not (_TRACKING.fullmatch(name) or _FROM_A_FEED.fullmatch(pair) or _SESSION.fullmatch(pair))


def without_session(path: str) -> str:
    """A path without the reader's session."""
    return _SESSION_IN_PATH.sub("", path)
