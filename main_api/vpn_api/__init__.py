"""The abstraction that talks to the group of Country APIs: who they are, and telling them."""
