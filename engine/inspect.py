"""`python -m engine.inspect`: answers what needs torch for those who must not import it.

One `RunConfig` as JSON per line on stdin; one line on stdout for each: `{"summary": {...}}` or
`{"problems": [{"path": ..., "message": ...}]}`. Ends when stdin does.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from engine.command import parse_config
from engine.problem import Problem, SettingsError
from engine.summary import summarize


def answer(line: str) -> dict[str, Any]:
    """The answer to one line; a line that is no JSON is answered too."""
    try:
        return {"summary": summarize(parse_config(json.loads(line))).to_dict()}
    except json.JSONDecodeError as error:
        found = [Problem("", f"this is no JSON: {error}")]
    except SettingsError as error:
        found = error.problems
    return {"problems": [problem._asdict() for problem in found]}


def main() -> None:
    """Reads, answers, reads, until stdin ends."""
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(answer(line)), flush=True)


if __name__ == "__main__":
    main()
