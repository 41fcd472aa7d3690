"""Who invited whom, and what it earned the inviter."""
