"""The one way to Telegram: a sender, its flood gate, its errors told apart, its keyboards."""
