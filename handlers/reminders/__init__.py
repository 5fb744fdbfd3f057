"""Reminders in chat: the digest, what goes out by itself, and what people may say to it."""
