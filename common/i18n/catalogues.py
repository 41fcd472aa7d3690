"""Catalogues: one .po file a domain, read as they are, merged into one set of texts a language.

English stands in the code; a text without a translation is shown in English.
"""

import functools
import gettext
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from models.users import Language

LOCALES = Path(__file__).parent / "locales"
SOURCE: Language = "en"
LANGUAGES: tuple[Language, ...] = ("ru", "en")
DEFAULT: Language = "ru"
DOMAINS = ("common", "notices", "bot", "admin")


def po_file(language: Language, domain: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{domain}.po"


@functools.cache
def translations(language: Language) -> gettext.NullTranslations:
    """All domains of a language; they share nothing that changes, so threads may share them."""
    if language == SOURCE:
        return gettext.NullTranslations()
    first, *others = (_read(po_file(language, domain), language) for domain in DOMAINS)
    for other in others:
        first.merge(other)  # a merge keeps the plural rule of what is merged into
    return first


def _read(path: Path, language: Language) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)


def language_of(code: str | None) -> Language:
    """Our language for a code as Telegram gives it ("en", "pt-br", or none)."""
    for language in LANGUAGES:
        if code and code.lower().split("-")[0] == language:
            return language
    return DEFAULT
