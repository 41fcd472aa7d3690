"""What an admin sees of a user and does to him, each act once and with its line in the audit."""
