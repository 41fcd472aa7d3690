"""One class a neighbour: its routes as typed methods."""
