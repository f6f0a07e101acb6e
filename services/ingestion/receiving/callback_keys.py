"""Callback addresses that nobody guesses, and the secrets given to hubs: both derived from one secret of our own.

    <websub_callback>/websub/<source id>/<key>        key = B64(topic's SHA-256, 12 bytes . HMAC-SHA256, 18 bytes)
    hub.secret = HMAC-SHA256 in hexadecimal

Any process that has the secret can tell an address of ours from another, and for which topic it was made, without
having been there when the hub was asked.
"""

import base64
import binascii
import hashlib
import hmac

TOPIC_BYTES, PROOF_BYTES = 12, 18

_SIGNATURES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
"""What a hub may sign with (WebSub, section 7)."""


class CallbackKeys:
    """What is derived from the secret `TOCSIN_WEBSUB_SECRET`."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def key(self, source_id: str, topic: str) -> str:
        """The last part of the callback address for this topic of this source."""
        return self._key(source_id, _topic_name(topic))

    def is_ours(self, source_id: str, key: str, topic: str | None = None) -> bool:
        """Whether we gave this address to a hub, and for this topic."""
        try:
            data = base64.urlsafe_b64decode(key.encode("ascii"))
        except (binascii.Error, ValueError):
            return False
        name = data[:TOPIC_BYTES]
        ours = hmac.compare_digest(self._key(source_id, name), key)
        return ours and (topic is None or hmac.compare_digest(name, _topic_name(topic)))

    def hub_secret(self, source_id: str, key: str) -> str:
        """What the hub signs with at this address."""
        return self._derived("hub", source_id, key.encode()).hex()

    def is_signed(self, source_id: str, key: str, body: bytes, header: str | None) -> bool:
        """Whether a body was signed with the hub's secret for this address.

        Args:
            source_id: of the address.
            key: of the address.
            body: as it came.
            header: `X-Hub-Signature`: a method, =, and the signature in hexadecimal.
        """
        method, _, signature = (header or "").strip().partition("=")
        digest = _SIGNATURES.get(method.lower())
        if digest is None or not signature.isascii():
            return False
        made = hmac.new(self.hub_secret(source_id, key).encode(), body, digest).hexdigest()
        return hmac.compare_digest(made, signature.strip().lower())

    def _key(self, source_id: str, topic_name: bytes) -> str:
        proof = self._derived("callback", source_id, topic_name)[:PROOF_BYTES]
        return base64.urlsafe_b64encode(topic_name + proof).decode()

    def _derived(self, purpose: str, source_id: str, more: bytes) -> bytes:
        return hmac.digest(self._secret, f"{purpose}\0{source_id}\0".encode() + more, "sha256")


def _topic_name(topic: str) -> bytes:
    return hashlib.sha256(topic.encode("utf-8", "surrogatepass")).digest()[:TOPIC_BYTES]
