"""payments_webhook as main_api calls it."""

from common.service_client import ServiceClient
from models.payments import Checkout, CheckoutRequest


class PaymentsWebhook:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def checkout(self, request: CheckoutRequest) -> Checkout:
        """A page to pay the order on; the same order again gives the same page."""
        return self._client.post("/checkouts", request, Checkout)
