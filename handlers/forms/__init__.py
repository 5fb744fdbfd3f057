"""Forms: a guided dialogue declared once, on every messenger alike."""
