"""What every provider in the registry must hold to."""

import pytest

from common.errors import ServiceError
from models.codes import ProviderName
from models.payments import PaymentFact
from payments_webhook.providers.base import Provider
from payments_webhook.providers.registry import BUILDERS
from payments_webhook.texts import BUTTONS, TEXTS, WAYS
from tests.support.desk import Desk

ALL = sorted(BUILDERS)


def provider(desk: Desk, name: ProviderName) -> Provider:
    return desk.deps.providers[name]


@pytest.mark.parametrize("name", ALL)
def test_it_goes_by_its_name_and_has_a_button_in_every_language(
    desk: Desk, name: ProviderName
) -> None:
    assert provider(desk, name).name == name
    assert all(name in BUTTONS[language] for language in TEXTS)


@pytest.mark.parametrize("name", ALL)
def test_its_form_leads_to_where_the_page_lets_it(desk: Desk, name: ProviderName) -> None:
    desk.checkout()
    opened = desk.deps.checkouts.find("order-1")
    assert opened is not None

    form = provider(desk, name).pay_form(opened.request)

    here = "://" not in form.action
    assert here or form.action.startswith(tuple(provider(desk, name).form_origins()))
    assert all(word in WAYS[language] for _, word in form.ways for language in TEXTS)


@pytest.mark.parametrize("name", ALL)
def test_it_refuses_what_is_none_of_its_notifications(desk: Desk, name: ProviderName) -> None:
    for body in (b"", b"\x00", b"[]", b"a=b", b"{}", b"=" * 1000):
        with pytest.raises(ServiceError) as caught:
            provider(desk, name).read(body)
        assert caught.value.status in (400, 403)


@pytest.mark.parametrize("name", ALL)
def test_money_found_without_a_notification_is_told_once(desk: Desk, name: ProviderName) -> None:
    desk.checkout()
    desk.control("switches", {"drop": -1})
    if name is ProviderName.YOOMONEY:
        desk.pay_by_wallet()
    else:
        desk.pay_by_yookassa()
    desk.clock.advance(minutes=2)

    told = [provider(desk, name).reconcile() for _ in range(3)]
    facts: list[PaymentFact] = desk.settle()

    assert told == [1, 0, 0]
    assert [(fact.provider, fact.paid_kopecks) for fact in facts] == [(name, 199_00)]
