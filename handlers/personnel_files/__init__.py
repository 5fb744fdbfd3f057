"""Personnel files in chat: the keeper's register, and what everybody else may see of it."""
