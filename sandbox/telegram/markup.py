"""Keyboards: what Telegram accepts under a message, checked in the server's order and words."""

import re
from typing import Any

from sandbox.telegram.call import Call
from sandbox.telegram.errors import ApiError, JsonObject, bad_request
from sandbox.telegram.urls import WrongLink, checked_link

MAX_CALLBACK_BYTES = 64
MAX_COPY_TEXT = 256
MAX_BUTTONS = 100
STYLES = {"primary", "success", "danger"}
INLINE = "Can't parse inline keyboard button: "
REPLY = "Can't parse keyboard button: "
REPLY_OPTIONS = ("is_persistent", "resize_keyboard", "one_time_keyboard", "selective")


def read_markup(call: Call, *, lax_urls: bool) -> JsonObject | None:
    """The checked `reply_markup` argument; None when there is none or it holds no buttons."""
    value = call.json("reply_markup", "Can't parse reply keyboard markup JSON object")
    if value is None and not call.text("reply_markup"):
        return None
    if not isinstance(value, dict):
        raise bad_request("Object expected as reply markup")
    keyboard = _rows(value, "keyboard", 'Field "keyboard" must be an Array of Arrays')
    inline = _rows(
        value,
        "inline_keyboard",
        'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    )
    if keyboard:
        return reply_keyboard(value, keyboard)
    if inline:
        return inline_keyboard(inline, lax_urls=lax_urls)
    for name in ("remove_keyboard", "force_reply"):
        if value.get(name):
            return {name: True}
    return None


def read_inline_markup(call: Call, *, lax_urls: bool) -> JsonObject | None:
    """As edits want it: an inline keyboard or nothing, which takes the old one away."""
    markup = read_markup(call, lax_urls=lax_urls)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _rows(markup: JsonObject, name: str, complaint: str) -> list[list[Any]]:
    rows = markup.get(name)
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise bad_request(f'Field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(complaint)
    return rows


def reply_keyboard(markup: JsonObject, rows: list[list[Any]]) -> JsonObject:
    checked = [[_reply_button(button) for button in row] for row in rows]
    options = {name: True for name in REPLY_OPTIONS if markup.get(name)}
    return {"keyboard": [row for row in checked if row], **options}


def _reply_button(button: Any) -> JsonObject:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request(f"{REPLY}KeyboardButton must be an Object")
    text = _required_text(button, "text", REPLY).strip()
    if not text:
        raise bad_request("keyboard button text must be non-empty")
    return {"text": text}


def inline_keyboard(rows: list[list[Any]], *, lax_urls: bool) -> JsonObject | None:
    """Types first, over the whole keyboard; then texts, links and data, as the server does."""
    parsed = [[_typed(button) for button in row] for row in rows]
    checked = [[_checked(button, lax_urls=lax_urls) for button in row] for row in parsed if row]
    if sum(len(row) for row in checked) > MAX_BUTTONS:
        raise ApiError(400, "Bad Request: reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _required_text(holder: JsonObject, name: str, prefix: str) -> str:
    if name not in holder:
        raise bad_request(f'{prefix}Can\'t find field "{name}"')
    if not isinstance(holder[name], str):
        raise bad_request(f'{prefix}Field "{name}" must be of type String')
    return str(holder[name])


def _typed(button: Any) -> JsonObject:
    """The text, the style and the one thing the button does."""
    if not isinstance(button, dict):
        raise bad_request(f"{INLINE}InlineKeyboardButton must be an Object")
    typed: JsonObject = {"text": _required_text(button, "text", INLINE)}
    style = button.get("style")
    if style and style not in STYLES:
        raise bad_request(f"{INLINE}invalid button style specified")
    if style:
        typed["style"] = style
    return {**typed, **_purpose(button)}


def _purpose(button: JsonObject) -> JsonObject:
    """The one thing the button does: the first that is there, in the server's order."""
    for name in ("url", "callback_data"):
        if button.get(name):
            return {name: _required_text(button, name, INLINE)}
    for name in ("switch_inline_query", "switch_inline_query_current_chat"):
        if name in button:
            return {name: _required_text(button, name, INLINE)}
    for name, inner in (("web_app", "url"), ("copy_text", "text")):
        if isinstance(button.get(name), dict):
            return {name: {inner: _required_text(button[name], inner, INLINE)}}
    if isinstance(button.get("disabled"), dict):
        return {"disabled": {}}
    raise bad_request(f"{INLINE}Text buttons are unallowed in the inline keyboard")


def _checked(button: JsonObject, *, lax_urls: bool) -> JsonObject:
    text = re.sub(r"[\x00-\x1f]", " ", button["text"]).strip()
    if not text:
        raise bad_request("inline keyboard button text must be non-empty")
    button = {**button, "text": text}
    if len(button.get("callback_data", "").encode()) > MAX_CALLBACK_BYTES:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= MAX_COPY_TEXT:
        raise ApiError(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
    if "url" in button:
        return {**button, "url": _link(button["url"], "URL", lax=lax_urls)}
    if "web_app" in button:
        link = _link(button["web_app"]["url"], "Web App URL", lax=lax_urls, https_only=True)
        return {**button, "web_app": {"url": link}}
    return button


def _link(url: str, what: str, *, lax: bool, https_only: bool = False) -> str:
    try:
        return checked_link(url, lax=lax, https_only=https_only)
    except WrongLink as wrong:
        raise bad_request(f"inline keyboard button {what} '{url}' is invalid: {wrong}") from None
