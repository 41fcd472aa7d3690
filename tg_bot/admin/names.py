"""Names of the admin's screens and steps, as keys carry them; short, a key holds 64 bytes."""

from enum import StrEnum


class Item(StrEnum):
    MENU = "menu"
    FIND = "find"
    CARD = "card"
    ADD_TIME = "time"
    OWN_TIME = "own"
    TIME_GO = "timeGo"
    TELL = "tell"
    REVOKE = "revoke"
    NEW_LINK = "link"
    BAN = "ban"
    UNBAN = "unban"
    ACT_GO = "go"
    MESSAGE = "msg"
    MESSAGE_GO = "msgGo"
    PAYMENTS = "pays"
    AUDIT = "audit"
    TEST_PUSH = "push"
    NUMBERS = "nums"
    BROADCAST = "cast"
