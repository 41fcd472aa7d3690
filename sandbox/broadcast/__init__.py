"""A broadcast under fire: people who left, 429s, unanswered calls, kill -9; then all is counted."""
