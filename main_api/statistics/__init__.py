"""The shop's numbers, counted when somebody asks."""
