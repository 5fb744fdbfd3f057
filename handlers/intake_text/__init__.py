"""Free text of a rep, read offline by a grammar: intent, fields, gaps and doubts."""
