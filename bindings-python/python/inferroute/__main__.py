"""``python -m inferroute`` is the command line ``inferroute``."""

from .cli import main

if __name__ == "__main__":
    main()
