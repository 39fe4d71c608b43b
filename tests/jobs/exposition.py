"""A strict reader of Prometheus' text format, written from its specification: for tests."""

from __future__ import annotations

import re

_HELP = re.compile(r"# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)")
_TYPE = re.compile(r"# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)")
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
_ESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}

Samples = dict[tuple[tuple[str, str], ...], float]


def read(text: str) -> dict[str, Samples]:
    """By family, its samples by sorted labels. Fails where the text is not valid."""
    assert text.endswith("\n")
    families: dict[str, Samples] = {}
    kind, name = "", ""
    for line in text[:-1].split("\n"):
        if found := _HELP.fullmatch(line):
            name = found[1]
            assert name not in families, f"{name} is in two pieces"
            families[name] = {}
        elif found := _TYPE.fullmatch(line):
            assert found[1] == name
            kind = found[2]
            assert (kind == "counter") == name.endswith("_total")
        else:
            found = _SAMPLE.fullmatch(line)
            assert found is not None, line
            assert found[1] == name, f"{found[1]} stands among {name}"
            labels = _labels(found[2] or "")
            assert labels not in families[name], f"{line} is there twice"
            families[name][labels] = float(found[3])
    return families


def _labels(text: str) -> tuple[tuple[str, str], ...]:
    labels, position = {}, 0
    while position < len(text):
        found = _LABEL.match(text, position)
        assert found is not None, text[position:]
        assert found[1] not in labels
        value = re.sub(r'\\[\\"n]', lambda mark: _ESCAPED[mark[0]], found[2])
        labels[found[1]], position = value, found.end()
    return tuple(sorted(labels.items()))
