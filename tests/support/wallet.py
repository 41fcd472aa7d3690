"""What a YooMoney wallet posts: a form with everything in it, signed or not."""

from urllib.parse import urlencode

from payments_webhook.providers.yoomoney_sign import signature
from tests.support.desk import SECRET_WORD

FORM = {
    "notification_type": "card-incoming",
    "operation_id": "762548246564417096",
    "amount": "193.03",
    "withdraw_amount": "199.00",
    "currency": "643",
    "datetime": "2026-11-21T12:00:21Z",
    "sender": "",
    "codepro": "false",
    "label": "order-1",
    "unaccepted": "false",
    "bill_id": "",
    "operation_label": "2d72e745-0011-5000-a000-1c531b25ba94",
}


def signed(secret: str = SECRET_WORD, **changed: str | None) -> bytes:
    """A field changed to None is left out."""
    given = {name: value for name, value in (FORM | changed).items() if value is not None}
    return urlencode(given | {"sign": signature(given, secret)}).encode()
