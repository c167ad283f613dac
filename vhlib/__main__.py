"""``python -m vhlib`` is ``vh``."""

from vhlib.cli import main

main()
