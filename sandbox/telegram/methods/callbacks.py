"""answerCallbackQuery: the toast or alert a person sees after a press."""

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject, bad_request

MAX_TOAST = 200


def answer_callback_query(emulator: Emulator, call: Call) -> bool:
    text = call.text("text")
    if len(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    answer: JsonObject = {"text": text, "show_alert": call.boolean("show_alert")}
    if call.text("url"):
        answer["url"] = call.text("url")
    press = emulator.callbacks.answer(call.text("callback_query_id"), answer)
    emulator.stream.publish("callback", press.as_json())
    return True
