"""Reads a page's forms and submits one as a browser would, without a browser."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests
from typing_extensions import override

TIMEOUT_SECONDS = 15.0


class PageTrouble(AssertionError):
    """The page is not what a payer needs: no such form, or an error instead of it."""


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    submits: list[dict[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and tag == "button":
            self._open.submits.append(given)
        elif self._open is not None and tag == "input" and "name" in given:
            self._fill(self._open, given)

    @staticmethod
    def _fill(form: Form, given: dict[str, str]) -> None:
        if given.get("type") in ("radio", "checkbox") and "checked" not in given:
            return
        form.fields[given["name"]] = given.get("value", "")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


class Browser:
    """One window: `open` an address, `submit` the form whose address contains a word."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self.url = ""
        self.text = ""

    def open(self, url: str) -> "Browser":
        return self._arrived(self._session.get(url, timeout=TIMEOUT_SECONDS))

    def forms(self) -> list[Form]:
        parser = _Forms()
        parser.feed(self.text)
        return parser.forms

    def submit(self, target: str, /, **changed: str) -> "Browser":
        """Fields as the page has them, but for those `changed`; follows redirects."""
        form = next((f for f in self.forms() if target in f.action), None)
        if form is None:
            raise PageTrouble(f"no form for {target!r} on the page: {_words(self.text)}")
        url = urljoin(self.url, form.action)
        fields = form.fields | changed
        if form.method == "post":
            return self._arrived(self._session.post(url, data=fields, timeout=TIMEOUT_SECONDS))
        return self._arrived(self._session.get(url, params=fields, timeout=TIMEOUT_SECONDS))

    def _arrived(self, answer: requests.Response) -> "Browser":
        if answer.status_code >= 400:  # noqa: PLR2004 -- HTTP
            raise PageTrouble(f"the page answered {answer.status_code}")
        self.url, self.text = answer.url, answer.text
        return self


def _words(page: str) -> str:
    """What a page says, roughly, for a complaint."""
    body = page[page.find("<body") :]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())[:300]
