"""The service behind every action: users, tariffs, payments, access, links."""
