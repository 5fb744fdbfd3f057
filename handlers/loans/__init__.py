"""Lending personnel files in chat: asking, handing over, renewing and bringing back."""
