"""The double of a YooMoney wallet: quickpay form, pay page, notifications and wallet API."""
