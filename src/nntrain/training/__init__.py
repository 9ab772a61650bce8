"""Training: the loop, what it counts and keeps, and the figures by which a network is judged."""
