"""The methods of the Bot API that exist here, by name; whatever is not in the table is a 404."""

from collections.abc import Callable
from typing import Any

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.methods import (
    callbacks,
    chats,
    commands,
    copying,
    deleting,
    editing,
    media,
    profile,
    receiving,
    sending,
    session,
)

Method = Callable[[Emulator, Call], Any]

METHODS: dict[str, Method] = {
    "getMe": session.get_me,
    "logOut": session.log_out,
    "close": session.close,
    "getUpdates": receiving.get_updates,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendChatAction": sending.send_chat_action,
    "sendPhoto": media.send_photo,
    "sendDocument": media.send_document,
    "sendVideo": media.send_video,
    "getFile": media.get_file,
    "copyMessage": copying.copy_message,
    "forwardMessage": copying.forward_message,
    "editMessageText": editing.edit_text,
    "editMessageCaption": editing.edit_caption,
    "editMessageReplyMarkup": editing.edit_reply_markup,
    "editMessageMedia": editing.edit_media,
    "deleteMessage": deleting.delete_message,
    "deleteMessages": deleting.delete_messages,
    "answerCallbackQuery": callbacks.answer_callback_query,
    "setMyCommands": commands.set_my_commands,
    "getMyCommands": commands.get_my_commands,
    "deleteMyCommands": commands.delete_my_commands,
    "setMyName": profile.set_name,
    "getMyName": profile.get_name,
    "setMyDescription": profile.set_description,
    "getMyDescription": profile.get_description,
    "setMyShortDescription": profile.set_short_description,
    "getMyShortDescription": profile.get_short_description,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "setChatMenuButton": chats.set_chat_menu_button,
    "getChatMenuButton": chats.get_chat_menu_button,
}

BY_LOWER_NAME = {name.lower(): (name, method) for name, method in METHODS.items()}

WAITING = frozenset({"getUpdates"})
"""These take the lock themselves, because they wait."""

COUNTED = frozenset(
    {
        "sendMessage",
        "sendPhoto",
        "sendDocument",
        "sendVideo",
        "copyMessage",
        "forwardMessage",
        "editMessageText",
        "editMessageCaption",
        "editMessageReplyMarkup",
        "editMessageMedia",
    }
)
"""These count for the flood control."""
