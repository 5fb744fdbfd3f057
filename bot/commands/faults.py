"""Faults that are expected on a command line, each said in one sentence."""

from __future__ import annotations


class Fault(Exception):
    """Ends a command with a sentence. code: 1 where something is wrong, 2 where the command was."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
