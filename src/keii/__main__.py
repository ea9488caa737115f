"""`python -m keii`."""

from keii.cli import main

main(prog_name="keii")
