"""The double of YooKassa's API v3, its pay page and its webhooks."""
