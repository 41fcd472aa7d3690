"""A verifier of the wallet's signature, written apart from the double's signer."""

import hashlib
import hmac
import string

_PLAIN = (string.ascii_letters + string.digits + "-_.~").encode()


def is_signed(form: dict[str, str], secret: str) -> bool:
    told = b"&".join(
        _encoded(name) + b"=" + _encoded(form[name]) for name in sorted(form) if name != "sign"
    )
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest() == form.get("sign")


def _encoded(text: str) -> bytes:
    return b"".join(bytes([byte]) if byte in _PLAIN else b"%%%02X" % byte for byte in text.encode())
