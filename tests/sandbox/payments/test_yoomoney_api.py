"""The wallet's API through the yoomoney package, and what that package cannot say."""

from collections.abc import Iterator
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

import pytest
import requests
from yoomoney.client import Client
from yoomoney.exceptions import IllegalParamFromDate, IllegalParamLabel, IllegalParamOperationId

from tests.sandbox.payments.browser import submit
from tests.sandbox.payments.conftest import TOKEN, WALLET, RunningDouble
from tests.sandbox.payments.shop_form import quickpay_form


@pytest.fixture
def client(double: RunningDouble) -> Iterator[Client]:
    with Client(TOKEN, base_url=f"{double.url}/api/") as opened:
        yield opened


def pay(double: RunningDouble, label: str, value: str = "199.00", kind: str = "AC") -> None:
    form = quickpay_form(label=label, sum=value, paymentType=kind)
    submit(f"{double.url}/quickpay/confirm", form).press("pay")


def history(double: RunningDouble, **form: str) -> dict[str, Any]:
    """`since` stands for `from`, which is no name in Python."""
    if "since" in form:
        form["from"] = form.pop("since")
    answer = requests.post(
        f"{double.url}/api/operation-history",
        data=form,
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=30,
    )
    told: dict[str, Any] = answer.json()
    return told


def test_the_history_tells_net_amounts_and_is_filtered_by_label(
    double: RunningDouble, client: Client
) -> None:
    pay(double, "ord-1")
    pay(double, "ord-2", "100.00", "PC")

    [operation] = client.operation_history(label="ord-1").operations

    assert (operation.label, operation.amount) == ("ord-1", 193.03)
    assert (operation.status, operation.direction) == ("success", "in")
    assert operation.datetime == datetime(2026, 11, 21, 12, 0)  # noqa: DTZ001  the package drops the zone
    assert [it.label for it in client.operation_history().operations] == ["ord-2", "ord-1"]
    assert client.operation_history(label="ord-3").operations == []
    assert client.operation_history(type="payment").operations == []


def test_the_operation_of_the_history_is_the_one_the_notification_told(
    double: RunningDouble, client: Client
) -> None:
    pay(double, "ord-1")

    [operation] = client.operation_history(label="ord-1").operations
    [payment] = double.control("payments")["payments"]

    assert operation.operation_id == payment["id"]
    details = client.operation_details(payment["id"])
    assert (details.label, details.amount, details.codepro) == ("ord-1", 193.03, False)
    with pytest.raises(IllegalParamOperationId):
        client.operation_details("5")


def test_the_balance_is_what_arrived(double: RunningDouble, client: Client) -> None:
    pay(double, "ord-1", "100.00")
    double.switch(unaccepted=True)
    pay(double, "ord-2", "100.00")

    account = client.account_info()

    assert (account.account, account.balance, account.currency) == (WALLET, 97.0, "643")
    assert client.operation_history(label="ord-2").operations[0].status == "in_progress"


def test_the_history_comes_in_pages(double: RunningDouble, client: Client) -> None:
    for number in range(5):
        pay(double, f"ord-{number}")

    first = client.operation_history(records=2)
    second = client.operation_history(records=2, start_record=first.next_record)
    third = client.operation_history(records=2, start_record=second.next_record)

    labels = [it.label for page in (first, second, third) for it in page.operations]
    assert labels == ["ord-4", "ord-3", "ord-2", "ord-1", "ord-0"]
    assert third.next_record is None


def test_the_packages_unpadded_times_are_refused_and_proper_ones_taken(
    double: RunningDouble, client: Client
) -> None:
    with pytest.raises(IllegalParamFromDate):
        client.operation_history(from_date=datetime(2026, 1, 1, tzinfo=UTC))
    pay(double, "ord-1")

    assert history(double, since="2026-1-1T0:0:0") == {"error": "illegal_param_from"}
    assert history(double, since="2026-13-01T00:00:00Z") == {"error": "illegal_param_from"}
    assert history(double, till="2026-11-21") == {"error": "illegal_param_till"}
    assert len(history(double, since="2026-11-21T12:00:00Z")["operations"]) == 1
    assert len(history(double, since="2026-11-21T12:00:01Z")["operations"]) == 0
    assert len(history(double, till="2026-11-21T15:00:00+03:00")["operations"]) == 0


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"records": "101"}, "illegal_param_records"),
        ({"records": "0"}, "illegal_param_records"),
        ({"start_record": "x"}, "illegal_param_start_record"),
        ({"type": "gift"}, "illegal_param_type"),
    ],
)
def test_a_wrong_parameter_is_named(
    double: RunningDouble, form: dict[str, str], error: str
) -> None:
    assert history(double, **form) == {"error": error}


def test_a_label_that_is_too_long_is_refused(client: Client) -> None:
    with pytest.raises(IllegalParamLabel):
        client.operation_history(label="l" * 65)


@pytest.mark.parametrize("authorization", ["Bearer dead", "Bearer", "Basic eDp5", ""])
def test_a_dead_token_is_answered_with_an_empty_401(
    double: RunningDouble, authorization: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = requests.post(f"{double.url}/api/account-info", headers=headers, timeout=30)
    assert (answer.status_code, answer.content) == (401, b"")

    with (
        Client("dead", base_url=f"{double.url}/api/") as dead,
        pytest.raises(JSONDecodeError),
    ):
        dead.account_info()


def test_the_wallets_api_fails_too_when_told(double: RunningDouble, client: Client) -> None:
    double.control("faults", {"provider": "yoomoney", "mode": "502"})

    with pytest.raises(JSONDecodeError):
        client.account_info()
    assert client.account_info().account == WALLET
