"""The pay page, and the step from it to YooKassa."""

from flask import Response, redirect, request
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as AnyResponse

from common.access_control import public
from common.errors import Unavailable
from models.access import OrderId
from models.codes import ProviderName
from payments_webhook.checkouts import Opened
from payments_webhook.deps import Deps
from payments_webhook.pages import Pages


class OrderPath(BaseModel):
    order_id: OrderId = Field(description="our order")


def pay_routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("pay", __name__)
    pages = Pages(list(deps.providers.values()))

    @api.get("/pay/<order_id>")
    @public
    def page(path: OrderPath) -> Response:
        opened = deps.checkouts.find(path.order_id)
        return _page(pages, opened)

    @api.post("/pay/<order_id>/yookassa")
    @public
    def to_yookassa(path: OrderPath) -> AnyResponse:
        opened = deps.checkouts.find(path.order_id)
        provider = deps.providers.get(ProviderName.YOOKASSA)
        if opened is None or provider is None or opened.paid:
            return _page(pages, opened)
        try:
            url = provider.pay_url(opened.request)
        except Unavailable:
            return pages.pay(opened.request, trouble=True)
        # relative, so that the page may stand behind any prefix
        return redirect(url or f"../{path.order_id}", 303)

    return api


def _page(pages: Pages, opened: Opened | None) -> Response:
    if opened is None:
        return pages.unknown(request.accept_languages.best_match(["ru", "en"]) or "ru")
    return pages.paid(opened.request) if opened.paid else pages.pay(opened.request)
