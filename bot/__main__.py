"""`python -m bot` is the `menxia` command."""

from bot.cli import main

main()
