"""All kinds of notices: a new one is a file here and a line in this registry."""

from models.codes import NoticeKind
from notify_service.kinds.base import AnyKind
from notify_service.kinds.owner_alert import OWNER_ALERT
from notify_service.kinds.payment_failed import PAYMENT_FAILED
from notify_service.kinds.payment_received import PAYMENT_RECEIVED
from notify_service.kinds.payment_refunded import PAYMENT_REFUNDED
from notify_service.kinds.payment_underpaid import PAYMENT_UNDERPAID
from notify_service.kinds.sub_ended import SUB_ENDED
from notify_service.kinds.test_push import TEST_PUSH

KINDS: dict[NoticeKind, AnyKind] = {
    NoticeKind.SUB_ENDED: SUB_ENDED,
    NoticeKind.TEST_PUSH: TEST_PUSH,
    NoticeKind.PAYMENT_RECEIVED: PAYMENT_RECEIVED,
    NoticeKind.PAYMENT_FAILED: PAYMENT_FAILED,
    NoticeKind.PAYMENT_UNDERPAID: PAYMENT_UNDERPAID,
    NoticeKind.PAYMENT_REFUNDED: PAYMENT_REFUNDED,
    NoticeKind.OWNER_ALERT: OWNER_ALERT,
}
