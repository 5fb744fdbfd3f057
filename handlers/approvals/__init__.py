"""Approving in chat: cards, acts, queues, and what everyone concerned is told."""
