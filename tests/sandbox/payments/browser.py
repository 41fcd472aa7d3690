"""A browser without JavaScript: opens a page, fills its form, presses a button."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests
from typing_extensions import override


@dataclass
class Form:
    method: str = "get"
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self._select = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(given.get("method", "get"), given.get("action", ""))
        elif self.form is not None:
            self._read(self.form, tag, given)

    def _read(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button":
            form.buttons[given["id"]] = (name, value)
        elif tag == "select":
            self._select = name
        elif tag == "option":
            form.choices.setdefault(self._select, []).append(value)
            if "selected" in given:
                form.fields[self._select] = value
        elif tag == "input":
            if given.get("type") in {"radio", "checkbox"} and "checked" not in given:
                form.choices.setdefault(name, []).append(value)
            else:
                form.fields[name] = value


@dataclass
class Page:
    url: str
    status: int
    text: str

    @property
    def form(self) -> Form:
        reader = _FormReader()
        reader.feed(self.text)
        assert reader.form is not None, "no form on this page"
        return reader.form

    def press(self, button: str, **filled: str | None) -> requests.Response:
        """The unfollowed answer to the form; a field filled with None is unticked."""
        form = self.form
        fields = {**form.fields, **filled}
        name, value = form.buttons[button]
        sent = {key: text for key, text in fields.items() if text is not None} | {name: value}
        url = urljoin(self.url, form.action) if form.action else self.url
        return requests.request(form.method, url, data=sent, allow_redirects=False, timeout=30)


def open_page(url: str) -> Page:
    answer = requests.get(url, timeout=30)
    return Page(answer.url, answer.status_code, answer.text)


def submit(url: str, form: dict[str, str]) -> Page:
    """What a shop's page does: posts a form of its own and goes where it is led."""
    answer = requests.post(url, data=form, timeout=30)
    return Page(answer.url, answer.status_code, answer.text)
