"""Contract C of subscriptions: status, links, activation."""
