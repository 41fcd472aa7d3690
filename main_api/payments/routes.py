"""Payments over HTTP: the bot orders, payments_webhook confirms."""

from concurrent.futures import ThreadPoolExecutor

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from main_api.payments.orders import Order
from main_api.payments.room import payments_room
from models.access import OrderId
from models.codes import Service
from models.payments import Confirmed, CreatePaymentRequest, Payment, PaymentCreated, PaymentFact

TELLERS = 4


class OrderPath(BaseModel):
    payment_id: OrderId


def routes(deps: Deps) -> APIBlueprint:
    tag = Tag(name="payments")
    api = APIBlueprint("payments", __name__, url_prefix="/api/v1/payments", abp_tags=[tag])
    tellers = ThreadPoolExecutor(TELLERS, thread_name_prefix="payment-messages")
    room = payments_room(deps, soon=tellers.submit)

    @api.post("/create", responses={201: PaymentCreated})
    @callers(Service.TG_BOT)
    def create(body: CreatePaymentRequest) -> Response:
        return answer(_created(room.ordering.create(body)), 201)

    @api.get("/<payment_id>", responses={200: Payment})
    @callers(Service.TG_BOT)
    def payment(path: OrderPath) -> Response:
        return answer(_payment(room.orders.get(path.payment_id)))

    @api.post("/<payment_id>/retry", responses={200: PaymentCreated})
    @callers(Service.TG_BOT)
    def retry(path: OrderPath) -> Response:
        return answer(_created(room.ordering.retry(path.payment_id)))

    @api.post("/confirm", responses={200: Confirmed})
    @callers(Service.PAYMENTS_WEBHOOK)
    def confirm(body: PaymentFact) -> Response:
        return answer(room.settlement.confirm(body))

    return api


def _created(order: Order) -> PaymentCreated:
    return PaymentCreated(
        payment_id=order.order_id,
        confirmation_url=order.pay_url,
        payment_status=order.status,
        status=order.status,
        created_at=order.created_at,
        expires_at=order.expires_at,
    )


def _payment(order: Order) -> Payment:
    return Payment(
        payment_id=order.order_id,
        user_id=order.user_id,
        tariff_id=order.tariff_id,
        amount_kopecks=order.amount_kopecks,
        currency=order.currency,
        status=order.status,
        created_at=order.created_at,
        granted_at=order.granted_at,
    )
