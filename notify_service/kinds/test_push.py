"""testPush: what an administrator sends himself to see that notices arrive, and when."""

from common.i18n.texts import Texts, verbatim
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, FreeText, Kind, Message, Params, Urgency


class TestPushParams(Params):
    text: FreeText | None = None


def compose(params: TestPushParams, t: Texts, _: Circumstances) -> Message:
    words = t(
        "🔔 <b>This is a test.</b>\n\nIt has reached you, so all other notices will reach you too."
    )
    return Message(verbatim(params.text) if params.text else words, [[keys.renew(t)]])


TEST_PUSH = Kind(TestPushParams, compose, Urgency.REMINDER)
