"""All kinds of notices: a new one is a file here and a line in this registry."""

from models.codes import NoticeKind
from notify_service.kinds.access_changed import ACCESS_CHANGED
from notify_service.kinds.access_withheld import ACCESS_WITHHELD
from notify_service.kinds.base import AnyKind
from notify_service.kinds.never_connected import NEVER_CONNECTED
from notify_service.kinds.operator_report import OPERATOR_REPORT
from notify_service.kinds.owner_alert import OWNER_ALERT
from notify_service.kinds.payment_failed import PAYMENT_FAILED
from notify_service.kinds.payment_received import PAYMENT_RECEIVED
from notify_service.kinds.payment_refunded import PAYMENT_REFUNDED
from notify_service.kinds.payment_underpaid import PAYMENT_UNDERPAID
from notify_service.kinds.referral_earned import REFERRAL_EARNED
from notify_service.kinds.referral_taken_back import REFERRAL_TAKEN_BACK
from notify_service.kinds.server_alarm import SERVER_ALARM
from notify_service.kinds.sub_ended import SUB_ENDED
from notify_service.kinds.sub_ended_long_ago import SUB_ENDED_TWO_DAYS_AGO
from notify_service.kinds.sub_ends_soon import SUB_ENDS_IN_A_DAY, SUB_ENDS_IN_THREE_DAYS
from notify_service.kinds.test_push import TEST_PUSH
from notify_service.kinds.trial_ending import TRIAL_ENDING
from notify_service.kinds.trial_unused import TRIAL_UNUSED

KINDS: dict[NoticeKind, AnyKind] = {
    NoticeKind.SUB_ENDED: SUB_ENDED,
    NoticeKind.TEST_PUSH: TEST_PUSH,
    NoticeKind.PAYMENT_RECEIVED: PAYMENT_RECEIVED,
    NoticeKind.PAYMENT_FAILED: PAYMENT_FAILED,
    NoticeKind.PAYMENT_UNDERPAID: PAYMENT_UNDERPAID,
    NoticeKind.PAYMENT_REFUNDED: PAYMENT_REFUNDED,
    NoticeKind.OWNER_ALERT: OWNER_ALERT,
    NoticeKind.SUB_ENDS_IN_THREE_DAYS: SUB_ENDS_IN_THREE_DAYS,
    NoticeKind.SUB_ENDS_IN_A_DAY: SUB_ENDS_IN_A_DAY,
    NoticeKind.SUB_ENDED_TWO_DAYS_AGO: SUB_ENDED_TWO_DAYS_AGO,
    NoticeKind.TRIAL_ENDING: TRIAL_ENDING,
    NoticeKind.TRIAL_UNUSED: TRIAL_UNUSED,
    NoticeKind.NEVER_CONNECTED: NEVER_CONNECTED,
    NoticeKind.REFERRAL_EARNED: REFERRAL_EARNED,
    NoticeKind.REFERRAL_TAKEN_BACK: REFERRAL_TAKEN_BACK,
    NoticeKind.ACCESS_CHANGED: ACCESS_CHANGED,
    NoticeKind.OPERATOR_REPORT: OPERATOR_REPORT,
    NoticeKind.SERVER_ALARM: SERVER_ALARM,
    NoticeKind.ACCESS_WITHHELD: ACCESS_WITHHELD,
}
