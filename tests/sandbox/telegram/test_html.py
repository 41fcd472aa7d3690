"""Telegram's HTML into text and entities."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram.entities import UNMATCHED_SURROGATE, HtmlParser, utf16_length
from sandbox.telegram.errors import ApiError
from sandbox.telegram.formatted import FormattedText, formatted


def parsed(source: str) -> FormattedText:
    return formatted(source, "HTML", None, lax_urls=False)


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


TABLE: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("plain", "plain", []),
    ("<b>x</b><strong>y</strong>", "xy", [entity("bold", 0, 2)]),
    ("<B>x</b>", "x", [entity("bold", 0, 1)]),
    ("<i>a</i> <em>b</em>", "a b", [entity("italic", 0, 1), entity("italic", 2, 1)]),
    ("<u>a</u>-<ins>b</ins>", "a-b", [entity("underline", 0, 1), entity("underline", 2, 1)]),
    ("<s>a</s>-<del>b</del>", "a-b",
     [entity("strikethrough", 0, 1), entity("strikethrough", 2, 1)]),
    ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
    ("😀<b>ж</b>", "😀ж", [entity("bold", 2, 1)]),
    ("&lt;b&gt; &amp;&quot;&#33;&#x1F600;", '<b> &"!😀', []),
    ("&nbsp; & &copy; &#0; &lt", "&nbsp; & &copy; &#0; <", []),
    ("&#" + "9" * 5000, "&#" + "9" * 5000, []),
    ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
    ("<tg-spoiler>x</tg-spoiler>", "x", [entity("spoiler", 0, 1)]),
    ("<code>a b</code>", "a b", [entity("code", 0, 3)]),
    ("<code>/start</code>", "/start", [entity("code", 0, 6)]),
    ("<pre>x</pre>", "x", [entity("pre", 0, 1)]),
    (
        '<pre><code class="language-py">x</code></pre>',
        "x",
        [entity("pre", 0, 1, language="py")],
    ),
    ('<code class="language-py">x</code>', "x", [entity("code", 0, 1)]),
    ("<code><b>x</b></code>", "x", [entity("code", 0, 1)]),
    ("<blockquote>x</blockquote>", "x", [entity("blockquote", 0, 1)]),
    ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
    (
        "<a href='https://Shop.Example/a?b=1&amp;c=2'>x</a>",
        "x",
        [entity("text_link", 0, 1, url="https://shop.example/a?b=1&c=2")],
    ),
    ('<a href="shop.example">x</a>', "x", [entity("text_link", 0, 1, url="http://shop.example/")]),
    ('<a href="tg://resolve?domain=x">x</a>', "x",
     [entity("text_link", 0, 1, url="tg://resolve?domain=x")]),
    ('<a href="vless://a@b.c">x</a>', "x", []),
    ('<a href="javascript:alert(1)">x</a>', "x", []),
    ("<a>https://a.example/</a>", "https://a.example/",
     [entity("text_link", 0, 18, url="https://a.example/")]),
    ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', "👍",
     [entity("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286")]),
    ("  <b> x </b>  ", "x", [entity("bold", 0, 1)]),
    ("a\r\nb\tc<b>\n</b>d", "a\nb c\nd", []),
    ("/help and https://a.example, @somebody", "/help and https://a.example, @somebody",
     [entity("bot_command", 0, 5), entity("url", 10, 17), entity("mention", 29, 9)]),
    ("a/b 1/2", "a/b 1/2", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "entities"), TABLE)
def test_markup_becomes_text_and_entities(
    source: str, text: str, entities: list[dict[str, Any]]
) -> None:
    result = parsed(source)
    assert (result.text, list(result.entities)) == (text, entities)


WRONG = [
    ("<", "Unclosed start tag at byte offset 0"),
    ("<b", "Unclosed start tag at byte offset 0"),
    ("<>", 'Unsupported start tag "" at byte offset 0'),
    ("я <B>x</I>", 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'),
    ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
    ("<a =x>", 'Empty attribute name in the tag "a" at byte offset 0'),
    ("<a href", 'Unclosed start tag "a" at byte offset 0'),
    ('<a href="x', "Unclosed start tag at byte offset 0"),
    ("<a href=x_y>z</a>", "Unexpected end of name token at byte offset 8"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
    ("&#xD800;", UNMATCHED_SURROGATE),
]  # fmt: skip


@pytest.mark.parametrize(("source", "complaint"), WRONG)
def test_wrong_markup_is_told_by_its_byte_offset(source: str, complaint: str) -> None:
    with pytest.raises(ApiError) as refused:
        parsed(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {complaint}"


def test_an_end_tag_without_a_name_closes_the_innermost() -> None:
    assert parsed("<b><i>x</></b>").entities == (entity("bold", 0, 1), entity("italic", 0, 1))


PIECES = st.sampled_from(
    ["<", ">", "</", "b", "i", "code", "pre", "a ", 'href="', "http://a.b", '"', "&lt;", "&", "&#",
     "x1F600;", "😀", "ж", " ", "\n", "\r", "\0", "/start", "<b>", "</b>", "<i>", "</i>", "<pre>",
     "</pre>", "<code>", "</code>", "<blockquote>", "</blockquote>", "<u>", "</u>"]
)  # fmt: skip
SOURCES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.lists(PIECES, max_size=30).map("".join)
)


@given(SOURCES)
def test_any_text_is_parsed_or_refused_and_entities_lie_within_it(source: str) -> None:
    try:
        result = parsed(source)
    except ApiError:
        return
    units = utf16_length(result.text)
    starts = [(found["offset"], -found["length"]) for found in result.entities]
    assert starts == sorted(starts)
    for found in result.entities:
        assert found["offset"] >= 0
        assert found["length"] > 0
        assert found["offset"] + found["length"] <= units
        covered = result.text.encode("utf-16-le")[
            found["offset"] * 2 : (found["offset"] + found["length"]) * 2
        ]
        assert covered.decode("utf-16-le").strip()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_escaped_text_comes_through_unchanged(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parsed(escaped).text == text.strip()


@given(st.lists(st.sampled_from(["bold", "italic", "code"]), max_size=5), st.text(min_size=1))
def test_the_parser_alone_counts_what_it_wrote(kinds: list[str], text: str) -> None:
    tags = {"bold": "b", "italic": "i", "code": "code"}
    text = "".join(c for c in text if c not in "<&" and not "\ud800" <= c < "\ue000") or "x"
    opened = "".join(f"<{tags[kind]}>" for kind in kinds)
    closed = "".join(f"</{tags[kind]}>" for kind in reversed(kinds))
    shown, entities = HtmlParser((opened + text + closed).encode()).parse()
    assert shown == text
    assert [found["type"] for found in entities] == list(reversed(kinds))
    assert {found["length"] for found in entities} <= {utf16_length(text)}


def test_given_entities_are_kept_and_parse_mode_wins_over_them() -> None:
    bold = [{"type": "bold", "offset": 0, "length": 1}]
    assert formatted("ab", "", bold, lax_urls=False).entities == (entity("bold", 0, 1),)
    assert formatted("ab", "HTML", bold, lax_urls=False).entities == ()


def test_links_to_localhost_need_the_lax_switch() -> None:
    source = '<a href="http://localhost:8000/pay">x</a>'
    assert parsed(source).entities == ()
    [found] = formatted(source, "HTML", None, lax_urls=True).entities
    assert found["url"] == "http://localhost:8000/pay"


@pytest.mark.parametrize("url", ["http://intranet/", "vless://localhost", "http://localhost.evil"])
def test_the_lax_switch_opens_this_machine_only(url: str) -> None:
    kept = formatted(f'<a href="{url}">x</a>', "HTML", None, lax_urls=True).entities
    assert [found["url"] for found in kept] == ([f"{url}/"] if "evil" in url else [])
