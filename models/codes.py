"""Enums and error codes that both ends of a wire name."""

from enum import StrEnum


class Service(StrEnum):
    """A caller or callee as it names itself in a token."""

    MAIN_API = "main_api"
    COUNTRY_API = "country_api"
    PAYMENTS_WEBHOOK = "payments_webhook"
    NOTIFY_SERVICE = "notify_service"
    TG_BOT = "tg_bot"
    OPERATOR = "operator"


class OrderStatus(StrEnum):
    """An order only moves forward: created, pending, paid, granted; the rest are ends or pauses.

    `canceled` and `underpaid` are not final: late or completed money still leads to `granted`.
    """

    CREATED = "created"
    PENDING = "pending"
    PAID = "paid"
    GRANTED = "granted"
    CANCELED = "canceled"
    UNDERPAID = "underpaid"
    REFUNDED = "refunded"


class ProviderName(StrEnum):
    YOOMONEY = "yoomoney"
    YOOKASSA = "yookassa"


class Withheld(StrEnum):
    """Why somebody with access is on no server for the time being."""

    TRAFFIC = "traffic"
    DEVICES = "devices"


class FactKind(StrEnum):
    """What a provider says happened, after it has been verified."""

    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    REFUNDED = "refunded"


class ConfirmOutcome(StrEnum):
    """What main_api did with a verified fact. Each of them means: taken, do not repeat."""

    GRANTED = "granted"
    ALREADY_GRANTED = "already_granted"
    UNDERPAID = "underpaid"
    WRONG_CURRENCY = "wrong_currency"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    UNKNOWN_ORDER = "unknown_order"
    IGNORED = "ignored"


class NoticeKind(StrEnum):
    """What notify_service can send; one file a kind in notify_service/kinds."""

    SUB_ENDED = "notifySubEnded"
    TEST_PUSH = "testPush"
    PAYMENT_RECEIVED = "paymentReceived"
    PAYMENT_FAILED = "paymentFailed"
    PAYMENT_UNDERPAID = "paymentUnderpaid"
    PAYMENT_REFUNDED = "paymentRefunded"
    OWNER_ALERT = "ownerAlert"
    SUB_ENDS_IN_THREE_DAYS = "subEndsInThreeDays"
    SUB_ENDS_IN_A_DAY = "subEndsInADay"
    SUB_ENDED_TWO_DAYS_AGO = "subEndedTwoDaysAgo"
    TRIAL_ENDING = "trialEnding"
    TRIAL_UNUSED = "trialUnused"
    NEVER_CONNECTED = "neverConnected"
    REFERRAL_EARNED = "referralEarned"
    REFERRAL_TAKEN_BACK = "referralTakenBack"
    ACCESS_CHANGED = "accessChanged"
    OPERATOR_REPORT = "operatorReport"
    SERVER_ALARM = "serverAlarm"
    ACCESS_WITHHELD = "accessWithheld"


class Audience(StrEnum):
    """Whom a broadcast is for; who is banned or has blocked the bot is in none of them.

    ACTIVE: has access now; EXPIRED: had it; TRIAL: has had nothing but the trial; NEVER_PAID: all
    who never paid, with or without a trial.
    """

    ALL = "all"
    ACTIVE = "active"
    EXPIRED = "expired"
    TRIAL = "trial"
    NEVER_PAID = "neverPaid"


class Code(StrEnum):
    """Error codes that a caller branches on; the rest are told by their HTTP status."""

    TRIAL_TAKEN = "trial_taken"
    ACCESS_TOO_LONG = "access_too_long"
    CARD_STALE = "card_stale"
    NO_SUCH_USER = "no_such_user"
    NO_SUCH_TARIFF = "no_such_tariff"
    NO_SUCH_ORDER = "no_such_order"
    NEVER_SUBSCRIBED = "never_subscribed"
    SUBSCRIPTION_EXPIRED = "subscription_expired"
    ORDER_NOT_PAYABLE = "order_not_payable"
    NO_PROVIDER = "no_provider"
    USER_BANNED = "user_banned"
    PAYMENT_IN_WORK = "payment_in_work"
    CLOCK_SKEW = "clock_skew"
    NO_SUCH_SERVER = "no_such_server"
    TURNED_AWAY = "turned_away"
    WRONG_CERTIFICATE = "wrong_certificate"
