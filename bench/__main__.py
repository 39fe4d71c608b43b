"""`python -m bench NAME`: runs one benchmark and prints its table."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    *("accuracy", "control", "engine", "live", "queue", "reading", "sharding", "start"),
    *("store", "telemetry", "upload"),
)


def main() -> int:
    """Exit code 1 when a target was missed, 2 when the name is unknown."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        if name not in NAMES:
            raise ModuleNotFoundError(name=f"bench.{name}")
        module = import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"bench.{name}":
            raise
        given = repr(name) if name else "nothing"
        sys.stderr.write(
            f"trainyard: there is a bench {' and a bench '.join(NAMES)}; {given} was given.\n"
        )
        return 2
    code: int = module.main(sys.argv[2:])
    return code


if __name__ == "__main__":
    sys.exit(main())
