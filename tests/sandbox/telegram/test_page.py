"""The chat page in a real browser."""

import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    ElementNotInteractableException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.sandbox.telegram.running import ANYA, BOB, TOKEN, Running
from tests.sandbox.telegram.tiny_bot import answering, picture

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One for all: each test has an emulator of its own, so a site of its own."""
    options = webdriver.ChromeOptions()
    assert CHROMIUM
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--window-size=1440,900",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
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
    script = """return [...document.querySelectorAll(arguments[0])]
        .find((one) => one.checkVisibility() && one.innerText.trim() === arguments[1])"""

    def pressed(driver: webdriver.Chrome) -> bool:
        found = driver.execute_script(script, css, text)
        if found:
            found.click()
        return bool(found)

    passing = (ElementNotInteractableException, StaleElementReferenceException)
    WebDriverWait(browser, 10, 0.05, passing).until(pressed, f"no {css} with the text {text!r}")


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
        assert texts(browser, ".body b") == ["friend"]
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
    sandbox.post("users", first_name=evil)
    markup = {"inline_keyboard": [[{"text": evil, "callback_data": "x"}]]}
    text = f"{escape(evil)} <b>{escape(evil)}</b>"
    sandbox.call("sendMessage", chat_id=ANYA, text=text, parse_mode="HTML", reply_markup=markup)
    wait_for(browser, ".message:not(.mine) .body", f"{evil} {evil}")
    press(browser, ".key", evil)
    wait_for(browser, ".key.waiting", evil)
    callback_id = sandbox.updates()[-1]["callback_query"]["id"]
    sandbox.call("answerCallbackQuery", callback_query_id=callback_id, text=evil)
    wait_for(browser, ".toast", evil)
    wait_for(browser, ".person .name", evil)
    assert browser.title != "owned"
    assert browser.find_elements(By.CSS_SELECTOR, "img[src=x], body script") == []


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


def test_the_other_person_has_an_unread_message_until_the_chat_is_opened(
    sandbox: Running, browser: webdriver.Chrome
) -> None:
    for user_id in (ANYA, BOB):
        sandbox.act(user_id, "say", text="/start")
    browser.get(sandbox.base)
    wait_for(browser, ".message.mine .body", "/start")
    sandbox.call("sendMessage", chat_id=BOB, text="one")
    sandbox.call("sendMessage", chat_id=BOB, text="two")
    wait_for(browser, f'[data-id="{BOB}"] .unread', "2")
    assert texts(browser, ".message:not(.mine)") == []
    browser.find_element(By.CSS_SELECTOR, f'[data-id="{BOB}"]').click()
    wait_for(browser, ".message:not(.mine) .body", "two")
    assert texts(browser, ".unread") == []


def test_the_menu_links_copies_and_own_words_work(
    sandbox: Running, browser: webdriver.Chrome
) -> None:
    row = [
        {"text": "Copy", "copy_text": {"text": "the link"}},
        {"text": "Open", "url": "https://shop.example/pay"},
    ]
    sandbox.act(ANYA, "start", payload="ref_1")
    sandbox.call("setMyCommands", commands=[{"command": "help", "description": "What to do"}])
    sandbox.call("sendMessage", chat_id=ANYA, text="x", reply_markup={"inline_keyboard": [row]})
    browser.get(sandbox.base)
    wait_for(browser, ".message.mine .body", "/start ref_1")
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardSanitizedWrite"]}
    )
    press(browser, ".key", "Copy")
    wait_for(browser, ".toast", "Copied to the clipboard")
    link = browser.find_element(By.CSS_SELECTOR, "a.key")
    assert link.get_attribute("href") == "https://shop.example/pay"
    assert (link.get_attribute("target"), link.get_attribute("rel")) == (
        "_blank",
        "noopener noreferrer",
    )
    press(browser, "#menu", "Menu")
    browser.find_element(By.CSS_SELECTOR, "#command-menu button").click()
    wait_for(browser, ".message.mine .body", "/help")
    browser.find_element(By.ID, "text").send_keys("my own words\n")
    wait_for(browser, ".message.mine .body", "my own words")
    assert [update["message"]["text"] for update in sandbox.updates()] == [
        "/start ref_1",
        "/help",
        "my own words",
    ]


def test_a_new_person_is_added_and_a_fault_ordered(
    sandbox: Running, browser: webdriver.Chrome
) -> None:
    sandbox.act(ANYA, "say", text="/start")
    browser.get(sandbox.base)
    wait_for(browser, ".message.mine .body", "/start")
    browser.find_element(By.ID, "add-person").click()
    browser.find_element(By.NAME, "first_name").send_keys("Vera")
    press(browser, "#person-form button", "Add")
    wait_for(browser, ".person .name", "Vera")
    assert sandbox.get("users")["users"][-1]["first_name"] == "Vera"
    press(browser, "#faults button", "429, wait 2 s")
    wait_for(browser, "#fault-list", "1 x 429 on sendMessage")
    assert sandbox.raw("sendMessage", chat_id=ANYA, text="x").json()["parameters"] == {
        "retry_after": 2
    }


def test_a_photo_is_shown(sandbox: Running, browser: webdriver.Chrome) -> None:
    sandbox.act(ANYA, "say", text="/start")
    files = {"photo": ("qr.png", picture())}
    url = f"{sandbox.base}/bot{TOKEN}/sendPhoto"
    sandbox.http.post(url, data={"chat_id": ANYA, "caption": "QR"}, files=files, timeout=30)
    browser.get(sandbox.base)
    wait_for(browser, ".message:not(.mine) .body", "QR")
    width = (
        "const one = document.querySelector('.picture'); return one.complete && one.naturalWidth"
    )
    WebDriverWait(browser, 10, 0.05).until(lambda driver: driver.execute_script(width))


def test_a_person_sends_a_picture_with_words(
    sandbox: Running, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    sandbox.act(ANYA, "say", text="/start")
    (tmp_path / "new.png").write_bytes(picture())
    browser.get(sandbox.base)
    wait_for(browser, ".message.mine .body", "/start")
    browser.find_element("id", "text").send_keys("Look")
    browser.find_element("id", "files").send_keys(str(tmp_path / "new.png"))
    wait_for(browser, ".message.mine .body", "Look")
    assert sandbox.chat(ANYA)["messages"][-1]["kind"] == "photo"
