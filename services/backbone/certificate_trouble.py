"""Why the certificate of a broker is refused, and what to do."""

import ssl
from pathlib import Path
from typing import Final

_UNTRUSTED: Final = frozenset({18, 19, 20, 21, 24, 26})
_OTHER_NAME: Final = frozenset({62, 64})
_TIME: Final = frozenset({9, 10})
"""Numbers of X509_V_ERR_* (OpenSSL, x509_vfy.h)."""


def certificate_trouble(
    error: ssl.SSLCertVerificationError, server: str, host: str, trusted: Path | None
) -> tuple[str, str]:
    """What is wrong, and the fix.

    Args:
        error: of the handshake.
        server: host:port.
        host: as it was asked for.
        trusted: the file of authorities; None where those of the system are trusted.
    """
    said, whose = error.verify_message, f"the certificate of {server}"
    if error.verify_code in _UNTRUSTED:
        whom = f"the authority in {trusted}" if trusted else "any authority that this system trusts"
        fix = "set TOCSIN_KAFKA_SSL_CAFILE to the PEM file of the authority that issued it"
        return f"{whose} is not of {whom} ({said})", fix
    if error.verify_code in _OTHER_NAME:
        fix = f"write a name that stands in it into TOCSIN_KAFKA_BOOTSTRAP_SERVERS, or issue one for {host}"
        return f"{whose} is for another name ({said})", fix
    if error.verify_code in _TIME:
        return f"{whose}: {said}", "renew it, or set this machine's clock"
    return f"{whose} is refused: {said}", "issue a sound one for the broker"
