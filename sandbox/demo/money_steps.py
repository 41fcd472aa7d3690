"""Steps of the customer who pays, and of everything that may be wrong with a provider's event."""

from datetime import timedelta

from models.buttons import Button, callback
from sandbox.browser import Browser
from sandbox.demo.story import Story, ensure

TOLERANCE = timedelta(seconds=5)
PAID = "Оплата получена"


def open_pay_page(story: Story, button: Button = Button.RENEW) -> Browser:
    """From the menu to the pay page of the first tariff; notes the order's id."""
    before = story.anna.now()
    story.anna.say("/menu")
    story.anna.press(callback(button), after=before)
    story.anna.press(callback("pay"), after=before)
    _, pay = story.anna.button(lambda b: "/pay/" in str(b.get("url", "")), after=before)
    story.facts["order"] = str(pay["url"]).rsplit("/", 1)[-1]
    return Browser().open(str(pay["url"]))


def pay_by_yoomoney(story: Story, **changed: str) -> None:
    open_pay_page(story).submit("/quickpay/confirm").submit("", action="pay", **changed)


def pay_by_yookassa(story: Story) -> None:
    open_pay_page(story).submit("/yookassa").submit("", action="pay")


def buy_a_month(story: Story) -> str:
    before, after = story.access_until(), story.anna.now()
    pay_by_yoomoney(story)
    took = story.wait("access is a month longer", lambda: story.access_until() > before)
    added = story.access_until() - before
    ensure(timedelta(days=30) <= added <= timedelta(days=31, hours=1), f"added {added}")
    story.anna.message(PAID, after=after)
    story.wait("the notice of the end is scheduled", lambda: story.notice_state() == "waiting")
    story.facts["until"] = story.access_until()
    return f"access +{added.days} days {took:.1f} s after paying; thanked; notice scheduled"


def the_same_event_again(story: Story) -> str:
    """Five times more, and five times at once: nothing may change, nobody is thanked twice."""
    order, after = story.facts["order"], story.anna.now()
    story.control("resend", order=order, times=5)
    story.control("resend", order=order, times=5, parallel=True)
    told = [d for d in story.deliveries(order) if d["attempt"] == 1]
    ensure(len(told) >= 11, f"only {len(told)} events were sent")  # noqa: PLR2004 -- 1 + 5 + 5
    ensure(all(d["status"] == 200 for d in told), "not every repetition was answered 200")  # noqa: PLR2004
    story.settle()
    ensure(story.access_until() == story.facts["until"], "a repeated event changed the access")
    ensure(story.anna.count(PAID, after=after) == 0, "a repeated event sent a message")
    return "5 more and 5 in parallel: nothing changed"


def forged_and_lower(story: Story) -> str:
    open_pay_page(story)
    order = story.facts["order"]
    for kind in ("bad_sign", "unsigned", "tampered"):
        story.control("forge", order=order, kind=kind)
    story.control("underpay", order=order, sum="1.00", provider="yoomoney")
    statuses = {d["kind"]: d["status"] for d in story.deliveries(order)}
    refused = [kind for kind, status in statuses.items() if status == 403]  # noqa: PLR2004 -- HTTP
    ensure(len(refused) >= 3, f"forged events were answered {statuses}")  # noqa: PLR2004
    story.anna.message(r"(?i)не хватает|недостаточно|меньше|доплат")
    story.settle()
    ensure(story.access_until() == story.facts["until"], "access changed without right money")
    return "forged: 403; a lower sum: told, nothing granted"


def renew(story: Story) -> str:
    link = story.facts["old_links"]
    pay_by_yookassa(story)
    story.wait("access is back", lambda: story.access_until() > story.now())
    ensure(story.links() == link, "the links changed by a renewal")
    for country, address in link.items():
        story.fetch_through(country, f"renewed-{country}", address)
    return "paid by YooKassa; traffic flows again with the same links"
