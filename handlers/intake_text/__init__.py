"""Free text of a rep, read offline by a grammar: the intent, every field, what is missing and what must be asked."""
