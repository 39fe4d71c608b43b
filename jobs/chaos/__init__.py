"""`./trainyard chaos`: real runs under random kills, and what became of them."""
