"""Which providers there are, and how each is built from the settings; a new one is a line here."""

from collections.abc import Callable

from common.clock import Clock
from models.codes import ProviderName
from payments_webhook.checkouts import Checkouts
from payments_webhook.inbox import Inbox
from payments_webhook.providers.base import Provider
from payments_webhook.providers.yookassa import YooKassa
from payments_webhook.providers.yookassa_api import YooKassaApi
from payments_webhook.providers.yoomoney import YooMoney
from payments_webhook.providers.yoomoney_history import Operations
from payments_webhook.settings import PaymentsWebhookSettings

Builder = Callable[[PaymentsWebhookSettings, Checkouts, Inbox, Clock], Provider | None]


def _yoomoney(
    settings: PaymentsWebhookSettings, checkouts: Checkouts, inbox: Inbox, clock: Clock
) -> YooMoney | None:
    if not (settings.yoomoney_wallet and settings.yoomoney_secret):
        return None
    operations = None
    if settings.yoomoney_token:
        operations = Operations(
            token=settings.yoomoney_token, url=settings.yoomoney_url, clock=clock
        )
    return YooMoney(
        wallet=settings.yoomoney_wallet,
        secret=settings.yoomoney_secret,
        url=settings.yoomoney_url,
        checkouts=checkouts,
        inbox=inbox,
        operations=operations,
        clock=clock,
    )


def _yookassa(
    settings: PaymentsWebhookSettings, checkouts: Checkouts, inbox: Inbox, clock: Clock
) -> YooKassa | None:
    if not (settings.yookassa_shop_id and settings.yookassa_secret_key):
        return None
    api = YooKassaApi(
        shop_id=settings.yookassa_shop_id,
        secret_key=settings.yookassa_secret_key,
        url=settings.yookassa_api_url,
    )
    return YooKassa(
        shop_id=settings.yookassa_shop_id,
        api=api,
        api_url=settings.yookassa_api_url,
        accept_test=settings.yookassa_accept_test,
        checkouts=checkouts,
        inbox=inbox,
        clock=clock,
    )


BUILDERS: dict[ProviderName, Builder] = {
    ProviderName.YOOMONEY: _yoomoney,
    ProviderName.YOOKASSA: _yookassa,
}


def build_providers(
    settings: PaymentsWebhookSettings, checkouts: Checkouts, inbox: Inbox, clock: Clock
) -> dict[ProviderName, Provider]:
    """Those whose variables are set."""
    built = {name: build(settings, checkouts, inbox, clock) for name, build in BUILDERS.items()}
    return {name: provider for name, provider in built.items() if provider is not None}
