"""A person with a browser: the chat page and the pay pages, in headless Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from sandbox.customer import Customer
from sandbox.shop import Sandbox

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
WAIT_SECONDS = 30
SCREENSHOT = Path(__file__).parents[2] / ".runtime" / "chat.png"

pytestmark = [
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not here"),
    pytest.mark.timeout(240),
]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (
        "headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
        "disable-background-networking", "disable-component-update", "disable-sync",
        "disable-dev-shm-usage", "window-size=1440,1000", f"user-data-dir={tmp_path}",
    ):  # fmt: skip
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options, Service(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def see(browser: webdriver.Chrome, css: str, text: str = "") -> WebElement:
    """The newest shown element with this text in it; waits for it."""

    def newest(_: webdriver.Chrome) -> WebElement | None:
        found = browser.find_elements(By.CSS_SELECTOR, css)
        return next((e for e in reversed(found) if e.is_displayed() and text in e.text), None)

    waiting = WebDriverWait(browser, WAIT_SECONDS, 0.1, ignored_exceptions=[Exception])
    found = waiting.until(newest, f"no {css} with {text!r}")
    assert found
    return found


def press(browser: webdriver.Chrome, css: str, text: str = "") -> None:
    """The page replaces elements while one looks at them: press again until it was pressed."""

    def pressed(_: webdriver.Chrome) -> bool:
        see(browser, css, text).click()
        return True

    WebDriverWait(browser, WAIT_SECONDS, 0.1, ignored_exceptions=[Exception]).until(pressed)


def start_as(browser: webdriver.Chrome, name: str) -> None:
    """Until the chat of this person holds his /start: the one shown before has a START, too."""

    def started(_: webdriver.Chrome) -> bool:
        see(browser, "#people li", name).click()
        see(browser, "#me", name)
        for button in browser.find_elements(By.CSS_SELECTOR, "#start"):
            if button.is_displayed():
                button.click()
        own = browser.find_elements(By.CSS_SELECTOR, ".message.mine .body")
        return any("/start" in body.text for body in own)

    WebDriverWait(browser, WAIT_SECONDS, 0.5, ignored_exceptions=[Exception]).until(started)


def test_start_trial_connect_and_pay_in_a_browser(shop: Sandbox, browser: webdriver.Chrome) -> None:
    maria = Customer.join(shop.layout.url("telegram"), "Мария", "ru", "maria")
    browser.get(shop.layout.url("telegram"))
    start_as(browser, "Мария")
    press(browser, ".key", "Попробовать бесплатно")
    press(browser, ".key", "Подключиться")
    see(browser, ".key", "Скопировать ссылку")

    maria.say("/menu")
    press(browser, ".key", "Тарифы")
    press(browser, ".key", "1 месяц")
    address = see(browser, ".key", "Оплатить").get_attribute("href")
    assert address
    chat = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(address)
    press(browser, "form[data-provider=yookassa] button")
    press(browser, "button[value=pay]")
    browser.switch_to.window(chat)

    assert maria.message(r"(?i)оплата получена|спасибо")
    see(browser, ".message:not(.mine) .body", "Оплата получена")
    SCREENSHOT.parent.mkdir(exist_ok=True)
    browser.save_screenshot(str(SCREENSHOT))  # the README's picture is made from it
