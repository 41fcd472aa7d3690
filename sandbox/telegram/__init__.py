"""A double of the Telegram Bot API with a browser chat: the customers' side of the sandbox."""
