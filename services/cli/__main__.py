"""`python -m services.cli` is `tocsin`."""

from services.cli.app import main

main()
