"""Steps of the customer who tries: start, trial, the link, traffic through every country."""

from models.buttons import Button, callback
from sandbox.customer import Customer
from sandbox.demo.story import Story, ensure
from sandbox.layout import COUNTRIES


def start_the_bot(story: Story) -> str:
    for person in (story.anna, story.boris):
        person.say("/start")
        person.button(lambda b: b.get("data") == callback(Button.TRIAL))
    return "the bot greets, with the trial on a button"


def take_the_trial(story: Story) -> str:
    for person in (story.anna, story.boris):
        person.press(callback(Button.TRIAL))
        person.button(lambda b: str(b.get("data", "")).startswith(callback(Button.CONNECT)))
    return "trial taken"


def get_the_link(story: Story) -> str:
    story.subscription = subscription_of(story.anna)
    links = story.links()
    ensure(set(links) == set(COUNTRIES), f"links for {sorted(links)} only")
    return f"one link for each of {', '.join(sorted(links))}"


def subscription_of(person: Customer) -> str:
    """The address on the copy button of the connect screen."""
    before = person.now()
    person.press(callback(Button.CONNECT))
    _, button = person.button(lambda b: "/sub/" in str(b.get("copy_text", "")), after=before)
    return str(button["copy_text"])


def browse_through_each_country(story: Story) -> str:
    users = {c: story.fetch_and_find(c, f"trial-{c}") for c in COUNTRIES}
    ensure(len(set(users.values())) == 1, f"one customer under several names: {users}")
    story.facts["core_user"] = users[COUNTRIES[0]]
    other = Story(story.sandbox, story.boris, story.anna, subscription_of(story.boris))
    their_user = other.fetch_and_find(COUNTRIES[0], "the-other")
    ensure(their_user != story.facts["core_user"], "two customers share one name in the core")
    return "page fetched through each, bytes equal, counted on this customer alone"
