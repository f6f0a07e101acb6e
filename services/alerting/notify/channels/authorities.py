"""Whom a channel trusts besides, or in place of, the public authorities: a PEM file beside the configuration."""

import ssl
from pathlib import Path

from services.alerting.notify.channels.channel import Unusable


def read_authorities(path: Path) -> str:
    """The certificates in it, as PEM, for `ssl.create_default_context(cadata=...)`.

    Raises:
        Unusable: it cannot be read, or holds none. (Of an empty text Python would trust whom the system trusts.)
    """
    try:
        text = path.read_text(encoding="ascii")
        reason = "" if "BEGIN CERTIFICATE" in text else "it is no PEM"
        ssl.create_default_context(cadata=text)
    except OSError as error:  # ssl's own errors too
        reason = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        reason = "not text"
    if reason:
        fix = "write the authorities' certificates there, as PEM"
        raise Unusable("ca_file", f"file {path.name} holds no certificates: {reason}", fix)
    return text
