"""The chat page in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.sandbox.telegram.running import ANYA, Running
from tests.sandbox.telegram.tiny_bot import answering

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"
)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    assert CHROMIUM
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--window-size=1440,900",
        f"--user-data-dir={tmp_path / 'profile'}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def texts(browser: webdriver.Chrome, css: str) -> list[str]:
    """All at once: the page replaces elements while one looks at them."""
    script = """return [...document.querySelectorAll(arguments[0])]
        .filter((one) => one.checkVisibility()).map((one) => one.innerText)"""
    return list(browser.execute_script(script, css))


def wait_for(browser: webdriver.Chrome, css: str, text: str) -> None:
    def there(driver: webdriver.Chrome) -> bool:
        return text in [shown.strip() for shown in texts(driver, css)]

    WebDriverWait(browser, 10, 0.05).until(there, f"no {css} with the text {text!r}")


def press(browser: webdriver.Chrome, css: str, text: str) -> None:
    wait_for(browser, css, text)
    found = browser.find_elements(By.CSS_SELECTOR, css)
    next(one for one in found if one.text == text).click()


def severe(browser: webdriver.Chrome) -> list[str]:
    lines = browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's gap
    return [line["message"] for line in lines if line["level"] == "SEVERE"]


def test_a_person_writes_start_reads_the_answer_and_sees_the_toast(
    sandbox: Running, browser: webdriver.Chrome
) -> None:
    with answering(sandbox):
        browser.get(sandbox.base)
        press(browser, ".wide", "START")
        wait_for(browser, ".message:not(.mine) .body", "Hello, friend")
        assert browser.find_element(By.CSS_SELECTOR, ".body b").text == "friend"
        press(browser, ".key", "Toast")
        wait_for(browser, ".toast", "You chose toast")
        wait_for(browser, ".key:not(.waiting)", "Toast")
        press(browser, ".key", "Alert")
        wait_for(browser, "#alert-text", "You chose alert")
        press(browser, "#alert button", "OK")
    calls = [entry["method"] for entry in sandbox.get("journal")["entries"]]
    wait_for(browser, ".entry:not(.failed) .method", "answerCallbackQuery You chose alert")
    assert calls.count("answerCallbackQuery") == 2
    assert severe(browser) == []


def test_what_a_bot_sends_is_shown_as_text_never_as_markup(
    sandbox: Running, browser: webdriver.Chrome
) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\"> & <script>alert(1)</script>"
    sandbox.act(ANYA, "say", text="/start")
    browser.get(sandbox.base)
    wait_for(browser, ".message.mine .body", "/start")
    sandbox.call("sendMessage", chat_id=ANYA, text=evil)
    wait_for(browser, ".message:not(.mine) .body", evil)
    assert browser.title != "owned"


def test_an_edit_and_a_deletion_show_at_once(sandbox: Running, browser: webdriver.Chrome) -> None:
    sandbox.act(ANYA, "say", text="/start")
    browser.get(sandbox.base)
    sent = sandbox.call("sendMessage", chat_id=ANYA, text="before")
    wait_for(browser, ".body", "before")
    which = {"chat_id": ANYA, "message_id": sent["message_id"]}
    sandbox.call("editMessageText", **which, text="after")
    wait_for(browser, ".body", "after")
    assert "edited" in texts(browser, ".meta")[-1]
    sandbox.call("deleteMessage", **which)
    WebDriverWait(browser, 10, 0.05).until(lambda driver: "after" not in texts(driver, ".body"))


def test_the_clock_moves_and_a_person_blocks_the_bot(
    sandbox: Running, browser: webdriver.Chrome
) -> None:
    sandbox.act(ANYA, "say", text="/start")
    browser.get(sandbox.base)
    press(browser, "#clock button", "+1 day")
    wait_for(browser, "#clock button", "+1 day")
    WebDriverWait(browser, 10, 0.05).until(lambda _driver: sandbox.get("clock")["offset"] == 86400)
    press(browser, "#block", "Block the bot")
    wait_for(browser, ".wide", "UNBLOCK THE BOT")
    refusal = sandbox.refused("sendMessage", chat_id=ANYA, text="Hi")
    assert refusal == "403 Forbidden: bot was blocked by the user"
    wait_for(browser, ".entry.failed .why", refusal)
