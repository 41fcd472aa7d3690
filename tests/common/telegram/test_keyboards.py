"""Keys are checked where they are made."""

import json
from typing import Any

import pytest

from common.telegram.keyboards import Key, Style, copy, link, markup, press


def test_a_keyboard_says_what_each_key_does() -> None:
    made: Any = markup(
        [
            [
                press("Pay", "pay", "m1", 3, style=Style.SUCCESS),
                link("Site", "https://example.org"),
            ],
            [],
            [copy("Copy", "https://example.org/sub/x")],
        ]
    )

    assert json.loads(made.to_json()) == {
        "inline_keyboard": [
            [
                {"text": "Pay", "callback_data": "s1:pay:m1:3", "style": "success"},
                {"text": "Site", "url": "https://example.org"},
            ],
            [{"text": "Copy", "copy_text": {"text": "https://example.org/sub/x"}}],
        ]
    }


def test_no_keys_are_no_keyboard() -> None:
    assert markup([]) is None
    assert markup([[], []]) is None


@pytest.mark.parametrize("value", ["", "x" * 257])
def test_a_copied_text_has_1_to_256_characters(value: str) -> None:
    with pytest.raises(ValueError, match="256"):
        copy("Copy", value)


@pytest.mark.parametrize("url", ["vless://x", "happ://add/x", "javascript:x", "example.org"])
def test_a_link_key_opens_only_what_telegram_lets(url: str) -> None:
    with pytest.raises(ValueError, match="opens only"):
        link("Open", url)


def test_callback_data_over_64_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        press("Pay", "pay", "ключ" * 10)


def test_a_key_needs_a_text() -> None:
    with pytest.raises(ValueError, match="text"):
        Key("  ", data="s1:menu")
