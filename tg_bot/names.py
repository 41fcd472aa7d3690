"""Names of the screens that only the bot itself leads to; the others are models.buttons.Button."""

from enum import StrEnum


class Name(StrEnum):
    START = "start"
    HELP = "help"
    LANGUAGE = "language"
    PAY = "pay"
    ORDER = "order"
    QR = "qr"
    INVITE = "invite"
    NOTICES = "notices"
    FORGET_ME = "forgetMe"
    ADMIN = "adm"
