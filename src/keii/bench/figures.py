"""Rewrites the figures in documents: `python -m keii.bench.figures docs/accuracy.md README.md`.

A figure stands between `<!-- begin: COMMAND -->` and `<!-- end -->`; the command is run and what it prints takes the place
of what stood there, so that no figure is ever typed. Only keii's own commands are run.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

_PLACE = re.compile(r"(<!-- begin: (?P<command>[^\n]+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewrite(text: str, only: str = "") -> str:
    """The text with every figure (those whose command contains `only`) made anew."""

    def made(place: re.Match[str]) -> str:
        if only not in place["command"]:
            return place[0]
        return f"{place[1]}```text\n$ {place['command']}\n{output(place['command'])}\n```\n{place[3]}"

    return _PLACE.sub(made, text)


@cache
def output(command: str) -> str:
    """What a command of keii prints; raises CalledProcessError if it fails."""
    words = shlex.split(command)
    if words[0] == "keii":
        words = ["python", "-m", *words]
    if words[:2] != ["python", "-m"] or words[2].split(".")[0] != "keii":
        raise ValueError(f"not a command of keii: {command}")
    print(f"$ {command}", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, *words[1:]], stdout=subprocess.PIPE, text=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def main() -> None:
    names = [name for name in sys.argv[1:] if not name.startswith("--only=")]
    only = next((name.removeprefix("--only=") for name in sys.argv[1:] if name.startswith("--only=")), "")
    for name in names:
        path = Path(name)
        path.write_text(rewrite(path.read_text(encoding="utf-8"), only), encoding="utf-8")


if __name__ == "__main__":
    main()
