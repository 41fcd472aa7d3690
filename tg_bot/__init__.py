"""The Telegram bot: what the customer and the administrator see."""
