"""The signature of wallet notifications, by known vectors and by properties."""

from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.errors import BadRequest
from payments_webhook.providers.yoomoney_sign import canonical, is_signed, parameters_of, signature

SECRET = "01234567890ABCDEF01234567890"
FIRST = (
    "amount=300.00&codepro=false&currency=643&datetime=2011-07-01T09%3A00%3A00.000%2B04%3A00"
    "&label=YM.label.12345&notification_type=p2p-incoming&operation_id=1234567"
    "&sender=41001XXXXXXXX&unaccepted=false&withdraw_amount=301.50"
)
FIRST_SIGN = "1e5dbeaf47938c42ceed1e4d07569cb5a718392eb0d33ddd07b5c18f36974360"
SECOND = (
    "amount=193.03&bill_id=&codepro=false&currency=643&datetime=2026-11-21T21%3A50%3A21Z"
    "&label=ord-77&notification_type=card-incoming&operation_id=762548246564417096"
    "&operation_label=2d72e745-0011-5000-a000-1c531b25ba94&sender=&unaccepted=false"
    "&withdraw_amount=199.00"
)
SECOND_SIGN = "f1a6b7fd9db82203a093c24314a327fe2edf5d14c8feece0214805fc3c18adb8"

words = st.text(st.characters(codec="utf-8"), max_size=20)
forms = st.dictionaries(words.filter(bool), words, min_size=1, max_size=8)


@pytest.mark.parametrize(("form", "sign"), [(FIRST, FIRST_SIGN), (SECOND, SECOND_SIGN)])
def test_the_known_vectors(form: str, sign: str) -> None:
    parameters = parameters_of(form.encode())

    assert canonical(parameters) == form
    assert signature(parameters, SECRET) == sign
    assert is_signed(parameters | {"sign": sign.upper()}, SECRET)


def test_blank_fields_are_signed_too() -> None:
    without = {k: v for k, v in parse_qsl(SECOND, keep_blank_values=True) if v}

    assert not is_signed(without | {"sign": SECOND_SIGN}, SECRET)


@given(forms)
def test_whatever_the_form_encoding_the_same_is_signed(form: dict[str, str]) -> None:
    form.pop("sign", None)
    assume(form)
    sign = signature(form, SECRET)

    for body in (urlencode(form), urlencode(form, quote_via=quote)):
        received = parameters_of(f"{body}&sign={sign}".encode())
        assert received == form | {"sign": sign}
        assert is_signed(received, SECRET)


@given(forms, words, words)
def test_nothing_can_be_added_or_changed(form: dict[str, str], name: str, value: str) -> None:
    form.pop("sign", None)
    assume(name not in ("", "sign") and form.get(name) != value)
    sign = signature(form, SECRET)

    assert not is_signed(form | {name: value, "sign": sign}, SECRET)


@given(forms, words)
def test_no_other_sign_or_secret_fits(form: dict[str, str], other: str) -> None:
    form.pop("sign", None)
    sign = signature(form, SECRET)

    assert is_signed(form | {"sign": other}, SECRET) == (other.lower() == sign)
    assert not is_signed(form, SECRET)
    assert not is_signed(form | {"sign": sign}, SECRET + "0")


@pytest.mark.parametrize(
    "body", [b"", b"a=1&a=2", b"a=1&a=1", b"\xff\xfe", b"a=%ff", b"&".join([b"x=1"] * 200)]
)  # fmt: skip
def test_what_is_no_unambiguous_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parameters_of(body)
