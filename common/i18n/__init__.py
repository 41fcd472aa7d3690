"""Russian and English texts by gettext, with right plurals."""
