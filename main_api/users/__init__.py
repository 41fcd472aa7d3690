"""The people: who they are to Telegram, and to us."""
