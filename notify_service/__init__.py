"""Everything that is sent without being asked: notices, receipts, alarms."""
