"""Requests, the routes they take, and the acts that move them."""
