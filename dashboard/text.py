"""Numbers, times and names as people read them. Pure: no Streamlit."""

from __future__ import annotations

import datetime
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NOTHING = "\u2013"
"""what stands where there is nothing to say"""

_MEASURES = {"r2": "R²"} | {
    name: name.upper()
    for name in ("roc", "auc", "f1", "mse", "rmse", "mae", "bleu", "ndcg", "cpu", "gpu")
}
_ADDRESS = re.compile(r"(:(?=//)|www(?=\.)|@)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:@&=/^])")


def number(value: float) -> str:
    """The shortest text that reads back as the same number: 0.0003, 1e-8, 64."""
    if isinstance(value, int):
        return str(value)
    short = f"{value:g}"
    text = short if float(short) == value else repr(value)
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else text


def metric(value: float | None, digits: int = 4) -> str:
    """A measured value with so many significant digits: 0.9731, 12.35, 1.2e-05, 21,345."""
    if value is None:
        return NOTHING
    if 10**digits <= abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:#.{digits}g}".rstrip(".")


def measure(name: str) -> str:
    """What was measured as people write it: `validation/roc_auc` → validation ROC AUC."""
    return " ".join(_MEASURES.get(word, word) for word in re.split(r"[/ _]", name))


def metric_name(name: str) -> str:
    """`roc_auc` with a capital in front: ROC AUC."""
    text = measure(name)
    return text[:1].upper() + text[1:]


def percent(share: float) -> str:
    """A share of 1 as percent: 0.973 → 97.3 %."""
    return f"{100 * share:.1f} %"


def count(value: int | None) -> str:
    """93322 → 93,322."""
    return NOTHING if value is None else f"{value:,}"


def size(number_of_bytes: float | None) -> str:
    """Bytes in the unit people use: 1.2 MB (powers of 1000)."""
    if number_of_bytes is None:
        return NOTHING
    value = float(number_of_bytes)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("unreachable: the last unit always returns")


def duration(seconds: float | None) -> str:
    """0.4 s, 12 s, 3 min 05 s, 2 h 07 min, 3 d 4 h."""
    if seconds is None or seconds < 0:
        return NOTHING
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def about(seconds: float) -> str:
    """A duration nobody knows exactly: 40 s, 12 min, 3 h 20 min, 2 d."""
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(round(minutes, -1), 60)
    if hours >= 48:
        return f"{round(hours / 24)} d"
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"


def moment(seconds: float | None, zone: str | None) -> str:
    """Unix seconds as date and time in the viewer's zone: 2026-11-22 14:05:09."""
    if seconds is None:
        return NOTHING
    return in_zone(seconds, zone).strftime("%Y-%m-%d %H:%M:%S")


def ago(seconds: float | None, now: float) -> str:
    """How long ago, coarsely: just now, 5 min ago, 3 h ago, 2 d ago."""
    if seconds is None:
        return NOTHING
    passed = max(0.0, now - seconds)
    if passed < 45:
        return "just now"
    for limit, unit, name in ((3600, 60, "min"), (172_800, 3600, "h")):
        if passed < limit:
            return f"{max(1, round(passed / unit))} {name} ago"
    return f"{round(passed / 86_400)} d ago"


def in_zone(seconds: float, zone: str | None) -> datetime.datetime:
    """Unix seconds as a time in the browser's zone; UTC when the browser's is unknown."""
    try:
        tz: datetime.tzinfo = ZoneInfo(zone) if zone else datetime.UTC
    except (ZoneInfoNotFoundError, ValueError):
        tz = datetime.UTC
    return datetime.datetime.fromtimestamp(seconds, tz)


def plain(name: str) -> str:
    """A text people typed, on one line, safe inside Markdown: every mark of it is escaped."""
    # Bare addresses become links after escapes are undone; an invisible word joiner prevents that.
    text = _ADDRESS.sub("\\1\u2060", one_line(name))
    return _MARKDOWN.sub(r"\\\1", text)


def finished(sentence: str) -> str:
    """A sentence with a capital in front and a full stop behind."""
    text = sentence.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def one_line(name: str) -> str:
    """Line breaks and control characters as spaces."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in name).split())


def plotly_text(name: str) -> str:
    """A name safe as Plotly text, which would read `<b>` or `<a href>` as markup."""
    line = one_line(name)
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
