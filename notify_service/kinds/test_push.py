"""testPush: what an administrator sends himself to see that notices arrive, and when."""

from common.i18n.texts import Texts, verbatim
from common.telegram.keyboards import Style, press
from models.buttons import Button
from notify_service.kinds.base import Circumstances, FreeText, Kind, Message, Params, Urgency


class TestPushParams(Params):
    text: FreeText | None = None


def compose(params: TestPushParams, t: Texts, _: Circumstances) -> Message:
    words = t(
        "🔔 <b>This is a test.</b>\n\nIt has reached you, so all other notices will reach you too."
    )
    renew = press(t.label("Renew"), Button.RENEW, style=Style.SUCCESS)
    return Message(verbatim(params.text) if params.text else words, [[renew]])


TEST_PUSH = Kind(TestPushParams, compose, Urgency.REMINDER)
