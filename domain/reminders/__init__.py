"""Reminders 提醒: what is due follows from the state of things; the sweep notes each occurrence once."""
