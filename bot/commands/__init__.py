"""What each subcommand of `menxia` does; `bot/cli.py` declares them and imports each when it is called."""
