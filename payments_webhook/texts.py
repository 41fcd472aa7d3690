"""The words of the pay page."""

from typing import Final

from models.codes import ProviderName

TEXTS: Final[dict[str, dict[str, str]]] = {
    "ru": {
        "title": "Оплата доступа",
        "to_pay": "К оплате",  # noqa: RUF001 -- Russian
        "order": "Заказ",
        "trouble": "Этот способ оплаты сейчас не отвечает. Попробуйте ещё раз через минуту"
        " или выберите другой: заказ сохранён.",
        "no_way": "Сейчас оплатить нельзя. Заказ сохранён: вернитесь немного позже.",
        "how": "Чем платить",
        "safe": "Данные карты вы вводите на странице платёжного сервиса, к нам они не попадают."
        " Доступ откроется сам, как только придёт оплата.",
        "paid": "Оплачено",
        "paid_more": "Спасибо! Доступ открыт, подробности уже в боте.",
        "back": "Вернуться в бот",
        "unknown": "Такого заказа нет",
        "unknown_more": "Откройте оплату заново из бота: там всегда верная ссылка.",
    },
    "en": {
        "title": "Pay for access",
        "to_pay": "To pay",
        "order": "Order",
        "trouble": "This way to pay does not answer right now. Try again in a minute or choose"
        " another: your order is kept.",
        "no_way": "Paying is not possible right now. Your order is kept: come back a little later.",
        "how": "Pay with",
        "safe": "You enter card details on the payment service's page; they never reach us."
        " Your access opens by itself once the payment arrives.",
        "paid": "Paid",
        "paid_more": "Thank you! Your access is open, details are in the bot.",
        "back": "Back to the bot",
        "unknown": "There is no such order",
        "unknown_more": "Open the payment again from the bot: its link is always right.",
    },
}

WAYS: Final[dict[str, dict[str, str]]] = {
    "ru": {"card": "Банковская карта", "wallet": "Кошелёк ЮMoney"},
    "en": {"card": "Bank card", "wallet": "YooMoney wallet"},
}

BUTTONS: Final[dict[str, dict[ProviderName, str]]] = {
    "ru": {
        ProviderName.YOOMONEY: "Оплатить через ЮMoney",
        ProviderName.YOOKASSA: "Оплатить через ЮKassa",
    },
    "en": {
        ProviderName.YOOMONEY: "Pay through YooMoney",
        ProviderName.YOOKASSA: "Pay through YooKassa",
    },
}
