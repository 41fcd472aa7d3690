"""The ways to the owner that do not need any of our services: Telegram itself, and mail."""

import html
import re
import smtplib
import ssl
import time
from email.message import EmailMessage
from typing import Protocol, final
from urllib.parse import unquote, urlsplit

from common.clock import real_sleep
from common.i18n.texts import Html
from common.settings import is_loopback
from common.telegram.errors import Outcome, TelegramError
from common.telegram.gate import Gate, Traffic
from common.telegram.sender import Sender
from notify_service.settings import FailureSettings

SECONDS = 20.0
HOPELESS = {Outcome.TOKEN_REVOKED, Outcome.BLOCKED, Outcome.GONE, Outcome.OUR_BUG}


class NotNow(Exception):
    """It could not be told; another try makes sense."""


class Hopeless(Exception):
    """It cannot be told this way until somebody changes something; the message says what."""


class Channel(Protocol):
    def tell(self, text: Html) -> None:
        """Raises NotNow or Hopeless."""


@final
class Telegram:
    def __init__(self, settings: FailureSettings) -> None:
        self._chat = settings.owner_telegram_id
        self._sender = settings.bot_token and Sender(
            settings.bot_token,
            api_url=settings.telegram_api_url,
            gate=Gate(monotonic=time.monotonic, sleep=real_sleep),
            traffic=Traffic.TRANSACTIONAL,
            proxy=settings.telegram_proxy,
        )

    def tell(self, text: Html) -> None:
        """After Outcome.UNKNOWN it is told again: an alarm twice is better than none."""
        assert self._sender
        assert self._chat
        try:
            self._sender.send_message(self._chat, text)
        except TelegramError as trouble:
            kind = Hopeless if trouble.outcome in HOPELESS else NotNow
            raise kind(str(trouble)) from None


@final
class Mail:
    """`smtps://user:password@host:port`, or `smtp://…`, where the connection is made TLS by
    STARTTLS; without it only a server on loopback is spoken to.
    """

    def __init__(self, url: str, sender: str, receiver: str, tls: ssl.SSLContext) -> None:
        self._url, self._from, self._to, self._tls = urlsplit(url), sender, receiver, tls

    def tell(self, text: Html) -> None:
        try:
            with self._connected() as server:
                if self._url.username:
                    user, password = unquote(self._url.username), unquote(self._url.password or "")
                    server.login(user, password)
                server.send_message(self._message(text))
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPRecipientsRefused) as refused:
            raise Hopeless(type(refused).__name__) from None  # its text may hold addresses
        except (smtplib.SMTPException, OSError) as trouble:
            raise NotNow(type(trouble).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "", self._url.port or 0
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=self._tls)
        server = smtplib.SMTP(host, port, timeout=SECONDS)
        if not is_loopback(host):
            server.starttls(context=self._tls)
        return server

    def _message(self, text: Html) -> EmailMessage:
        plain = html.unescape(re.sub(r"<[^>]+>", "", text))
        message = EmailMessage()
        message["Subject"] = f"Keyland: {plain.splitlines()[0][:60]}"
        message["From"], message["To"] = self._from, self._to
        message.set_content(plain)
        return message


def channels(settings: FailureSettings) -> dict[str, Channel]:
    """Those that are set; the settings have seen to it that there is one."""
    found: dict[str, Channel] = {}
    if settings.bot_token:
        found["telegram"] = Telegram(settings)
    if settings.smtp_url:
        tls = ssl.create_default_context()
        found["mail"] = Mail(settings.smtp_url, settings.mail_from, settings.mail_to, tls)
    return found
