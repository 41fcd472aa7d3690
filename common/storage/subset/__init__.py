"""What is inside the subset; every backend's requests pass here first, so all refuse alike."""
