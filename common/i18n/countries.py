"""A country by its name in our addresses, as people read it."""

import functools

from babel import Locale

from models.users import Language

ALIASES = {"usa": "US", "uk": "GB", "england": "GB", "turkey": "TR", "czechia": "CZ"}
REGIONAL_A = 0x1F1E6  # the flag of a country is its code in regional indicator letters


def country_label(language: Language, key: str) -> str:
    """As "🇫🇮 Финляндия" for "finland"; a key that is no country's English name stays as it is."""
    code = _code(key)
    if code is None:
        return f"🌐 {_words(key).title()}"
    flag = "".join(chr(REGIONAL_A + ord(letter) - ord("A")) for letter in code)
    return f"{flag} {country_name(language, key)}"


def country_name(language: Language, key: str) -> str:
    """As "Финляндия"."""
    code = _code(key)
    return str(Locale(language).territories[code]) if code else _words(key).title()


def _code(key: str) -> str | None:
    words = _words(key)
    return ALIASES.get(words) or _codes().get(words)


def _words(key: str) -> str:
    return key.replace("_", " ").replace("-", " ")


@functools.cache
def _codes() -> dict[str, str]:
    return {
        name.lower(): code
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha()  # noqa: PLR2004 -- the others are continents
    }
