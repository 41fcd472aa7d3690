"""Who has long been away is forgotten, and records that nobody need keep any longer."""
