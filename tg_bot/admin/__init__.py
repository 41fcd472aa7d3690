"""The admin's menu: what the operator of the shop does from his own chat with the bot.

The door (door.py) lets in the Telegram ids of the configuration and nobody else; it is asked at
every press and every written message, so a screen here never asks who is there. For anybody else
`/admin`, the text forms and keys named `adm` are what any unknown command, text and key is.

To add a screen: a name in names.Item, a function AdminVisit -> View, a line in registry.SCREENS.
Its key is `visit_keys.item(label, Item.X, argument, ...)`. Arguments come back as
`visit.arguments`, and are anybody's invention: read numbers by `visit.number(at)`.

To ask for something in writing: `visit.ask(Item.X, **data)` in the screen that asks, a function
AdminVisit -> View that takes the answer from `visit.message` (text, photo, forwarded, document:
whatever came) and finds the data in `visit.data`, and a line in registry.STEPS. With
`anything=True` the answer is content: what looks like a text form is not obeyed then.
The step stays asked until the function calls `visit.leave()`, the admin presses any key, gives
a command, or writes EXIT; it survives a restart and ends after a day. What must outlive a press
is kept by `visit.keep(name, value)` and read by `visit.kept(name)`, for a day too.

A screen or a step may run twice for one press or message (it is repeated until somebody was
shown something), so each act carries a key: `visit.message_key()` for what was written, and one
made of what is changed (the user's revision) for what was pressed.
"""
