"""`python -m engine.inspect`: answers what needs torch for those who must not import it.

One `RunConfig` as JSON per line on stdin; one line on stdout for each: `{"summary": {...}}` or
`{"problems": [{"path": ..., "message": ...}]}`. `{"preview": <RunConfig>}` is answered with
`{"preview": {...}}`, which is null where there is nothing to see. Ends when stdin does.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from engine.config import RunConfig
from engine.outlook.preview import preview
from engine.outlook.summary import summarize
from engine.problem import Problem, SettingsError
from engine.settings.command import parse_config


def answer(line: str) -> dict[str, Any]:
    """The answer to one line; a line that is no JSON is answered too."""
    try:
        asked = json.loads(line)
        if "preview" in asked:
            return _preview(parse_config(asked["preview"]))
        return {"summary": summarize(parse_config(asked)).to_dict()}
    except json.JSONDecodeError as error:
        found = [Problem("", f"this is no JSON: {error}")]
    except SettingsError as error:
        found = error.problems
    return {"problems": [problem._asdict() for problem in found]}


def _preview(config: RunConfig) -> dict[str, Any]:
    """Of the data alone: model and data need not fit."""
    found = list(config.data.problems())
    if found:
        raise SettingsError(found)
    shown = preview(config.data, config.training.seed)
    return {"preview": shown.to_dict() if shown else None}


def main() -> None:
    """Reads, answers, reads, until stdin ends."""
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(answer(line)), flush=True)


if __name__ == "__main__":
    main()
