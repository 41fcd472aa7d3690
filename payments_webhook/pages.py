"""Draws the pay page: what is bought, for how much, and a button for each way to pay."""

import secrets

from flask import Response, render_template

from models.payments import CheckoutRequest
from payments_webhook.providers.base import Provider
from payments_webhook.texts import BUTTONS, TEXTS, WAYS


class Pages:
    def __init__(self, providers: list[Provider]) -> None:
        self._providers = providers

    def pay(self, checkout: CheckoutRequest, *, trouble: bool = False) -> Response:
        """`trouble`: the provider that was chosen does not answer now."""
        return self._draw(checkout, "pay", 503 if trouble else 200, trouble=trouble)

    def paid(self, checkout: CheckoutRequest) -> Response:
        return self._draw(checkout, "paid", 200)

    def unknown(self, language: str) -> Response:
        return self._html(language, 404, state="unknown")

    def _draw(
        self, checkout: CheckoutRequest, state: str, status: int, *, trouble: bool = False
    ) -> Response:
        return self._html(
            checkout.language,
            status,
            state=state,
            trouble=trouble,
            order=checkout,
            sum=_sum(checkout.amount_kopecks),
            forms=[provider.pay_form(checkout) for provider in self._providers],
        )

    def _html(self, language: str, status: int, **what: object) -> Response:
        language = language if language in TEXTS else "ru"
        nonce = secrets.token_urlsafe(16)
        page = render_template(
            "pay.html",
            language=language,
            text=TEXTS[language],
            ways=WAYS[language],
            button=BUTTONS[language],
            nonce=nonce,
            **what,
        )
        return Response(page, status, self._headers(nonce), mimetype="text/html")

    def _headers(self, nonce: str) -> dict[str, str]:
        """Browsers hold the redirects after a form against form-action too, hence the origins."""
        origins = {origin for provider in self._providers for origin in provider.form_origins()}
        policy = [
            "default-src 'none'",
            f"style-src 'nonce-{nonce}'",
            "form-action " + " ".join(["'self'", *sorted(origins)]),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
        return {
            "Content-Security-Policy": "; ".join(policy),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }


def _sum(amount_kopecks: int) -> str:
    """As in "1 799 ₽", with kopecks only when there are any; the space does not break."""
    roubles, kopecks = divmod(amount_kopecks, 100)
    whole = f"{roubles:,}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{whole}{f',{kopecks:02d}' if kopecks else ''}\N{NO-BREAK SPACE}₽"
