"""Every text of the code, in every language: there, complete, and such that Telegram takes it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from common.i18n.catalogues import DOMAINS, LANGUAGES, SOURCE, po_file
from models.users import Language
from sandbox.telegram.errors import ApiError
from sandbox.telegram.formatted import formatted

ROOT = Path(__file__).parents[3]
SPOKEN_IN = ("common/i18n", "common/telegram", "notify_service", "tg_bot")
KEYWORDS = {"t": None, "n": (1, 2), "label": None, "plain": None, "deferred": None}
LONGEST = {"t": 4096, "n": 4096, "label": 30, "plain": 200, "deferred": 4096}
PLAIN = {"label", "plain"}
TRANSLATED = [language for language in LANGUAGES if language != SOURCE]
TAG = re.compile(r"</?[a-z-]+")


@dataclass(frozen=True)
class Said:
    """A text in the code; `forms` is one form, or singular and plural; `call` how it is said."""

    where: str
    call: str
    forms: tuple[str, ...]


def said_in_code() -> Iterator[Said]:
    for folder in SPOKEN_IN:
        for call, keywords in ((name, {name: spec}) for name, spec in KEYWORDS.items()):
            found = extract_from_dir(
                ROOT / folder, [("**.py", "python")], keywords=keywords, comment_tags=()
            )
            for file, line, message, _, _ in found:
                forms = (message,) if isinstance(message, str) else tuple(message)
                if all(forms):
                    yield Said(f"{folder}/{file}:{line}", call, forms)


SAID = list(said_in_code())


def catalogue(language: Language, domain: str) -> Catalog:
    with po_file(language, domain).open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def merged(language: Language) -> dict[str, tuple[str, ...]]:
    """msgid -> its forms in this language."""
    found: dict[str, tuple[str, ...]] = {}
    for domain in DOMAINS:
        for message in catalogue(language, domain):
            if message.id and not message.fuzzy:
                singular = message.id if isinstance(message.id, str) else message.id[0]
                forms = (message.string,) if isinstance(message.string, str) else message.string
                found[singular] = tuple(forms or ())
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def shown(text: str) -> str:
    """As it is shown at its shortest: without what is filled in."""
    return "".join(literal for literal, _, _, _ in Formatter().parse(text))


def all_texts(language: Language) -> Iterator[tuple[Said, str]]:
    known = merged(language) if language != SOURCE else {}
    for said in SAID:
        for form in known.get(said.forms[0], said.forms):
            yield said, form


def test_texts_are_found_in_the_code() -> None:
    assert len([said for said in SAID if said.where.startswith("notify_service")]) > 15
    assert {said.call for said in SAID} >= {"t", "n", "label"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: Language) -> None:
    known = merged(language)
    plurals = catalogue(language, "common").num_plurals

    missing = [
        said for said in SAID
        if len(known.get(said.forms[0], ())) != (plurals if len(said.forms) == 2 else 1)
        or not all(known[said.forms[0]])
    ]  # fmt: skip

    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_translated_that_nobody_says(language: Language) -> None:
    assert merged(language).keys() - {said.forms[0] for said in SAID} == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_two_catalogues_do_not_translate_a_text_differently(language: Language) -> None:
    first_seen: dict[str, object] = {}
    for domain in DOMAINS:
        for message in catalogue(language, domain):
            if message.id:
                assert first_seen.setdefault(str(message.id), message.string) == message.string


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogues_have_the_languages_plural_rule(language: Language) -> None:
    rules = {catalogue(language, domain).plural_expr for domain in DOMAINS}

    assert len(rules) == 1


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_placeholders_and_tags(language: Language) -> None:
    for said, text in all_texts(language):
        source = said.forms[-1]
        assert placeholders(text) | {"n"} == placeholders(source) | {"n"}, said
        assert sorted(TAG.findall(text)) == sorted(TAG.findall(source)), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_telegram_takes_every_text(language: Language) -> None:
    refused = []
    for said, text in all_texts(language):
        if said.call not in PLAIN:
            try:
                formatted(text, "HTML", None, lax_urls=False)
            except ApiError as error:
                refused.append((said, error.description))

    assert refused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_short_enough_and_plain_ones_plain(language: Language) -> None:
    for said, text in all_texts(language):
        assert len(shown(text)) <= LONGEST[said.call], (said, text)
        assert said.call not in PLAIN or not TAG.search(text), (said, text)
