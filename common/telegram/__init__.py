"""One Sender, one flood gate, one classification of errors for all that talk to Telegram."""
