"""Doubles of YooKassa and YooMoney: APIs, pay pages, events and faults; state in memory."""
