"""What the bot says when something does not work: it never keeps silent."""

from common.i18n.texts import Texts
from common.telegram.keyboards import Style, press
from tg_bot import keys
from tg_bot.visit import View


def away(t: Texts, retry: list[str]) -> View:
    """`retry` is the name and the arguments of the key that leads to the same again."""
    return View(
        t(
            "🛠 We cannot reach our own service right now. Your access and your keys keep working."
            "\n\nPlease try again in a minute."
        ),
        [[press(t.label("🔄 Try again"), *retry, style=Style.PRIMARY)]],
    )


def wrong(t: Texts, number: str, support_url: str) -> View:
    """`number` is the request's id, by which the logs are searched."""
    text = t(
        "😔 Something went wrong on our side, number <code>{number}</code>.\n\n"
        "Please try again. If it happens again, write to support and name the number.",
        number=number,
    )
    return View(text, [[keys.menu(t)], [keys.support(t, support_url)]])


def banned(t: Texts, support_url: str) -> View:
    text = t("🚫 Your access has been closed. If you think this is a mistake, write to support.")
    return View(text, [[keys.support(t, support_url)]])


def too_fast(t: Texts) -> str:
    return t.plain("That was a little too fast. One moment, please!")
