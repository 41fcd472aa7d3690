"""What each user has transferred here, by day, over restarts of the core and of the agent."""
