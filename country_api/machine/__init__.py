"""How this machine fares: processors, memory, disk, the customers' bytes."""
