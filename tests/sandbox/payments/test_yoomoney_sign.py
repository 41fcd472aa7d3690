"""The signature of wallet notifications, against vectors computed elsewhere."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.payments.yoomoney.sign import canonical, legacy_sha1, sign

SECRET = "01234567890ABCDEF01234567890"
FIRST = (
    "amount=300.00&codepro=false&currency=643&datetime=2011-07-01T09%3A00%3A00.000%2B04%3A00"
    "&label=YM.label.12345&notification_type=p2p-incoming&operation_id=1234567"
    "&sender=41001XXXXXXXX&unaccepted=false&withdraw_amount=301.50"
)
SECOND = (
    "amount=193.03&bill_id=&codepro=false&currency=643&datetime=2026-11-21T21%3A50%3A21Z"
    "&label=ord-77&notification_type=card-incoming&operation_id=762548246564417096"
    "&operation_label=2d72e745-0011-5000-a000-1c531b25ba94&sender=&unaccepted=false"
    "&withdraw_amount=199.00"
)


def parameters(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FIRST, "1e5dbeaf47938c42ceed1e4d07569cb5a718392eb0d33ddd07b5c18f36974360"),
        (SECOND, "f1a6b7fd9db82203a093c24314a327fe2edf5d14c8feece0214805fc3c18adb8"),
    ],
)
def test_the_known_vectors_are_met(text: str, expected: str) -> None:
    assert canonical(parameters(text)) == text
    assert sign(parameters(text), SECRET) == expected


def test_blank_fields_are_signed() -> None:
    without_blanks = {name: value for name, value in parameters(SECOND).items() if value}
    assert sign(without_blanks, SECRET) != sign(parameters(SECOND), SECRET)


def test_a_space_and_an_ampersand_are_percent_encoded() -> None:
    assert canonical({"b": "x & y", "a": "~_-.я", "sign": "no"}) == "a=~_-.%D1%8F&b=x%20%26%20y"


def test_the_official_example_of_the_old_hash_is_met() -> None:
    assert legacy_sha1(parameters(FIRST), SECRET) == "a2ee4a9195f4a90e893cff4f62eeba0b662321f9"


NAMES = st.text("abc_", min_size=1, max_size=4)


@settings(max_examples=50)
@given(st.dictionaries(NAMES, st.text(), max_size=5), NAMES, st.text())
def test_every_value_matters(told: dict[str, str], name: str, value: str) -> None:
    if told.get(name) != value:
        assert sign({**told, name: value}, SECRET) != sign(told, SECRET)
