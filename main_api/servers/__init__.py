"""The operator's list of servers: adding one to a shop that runs, looking, taking one away."""
