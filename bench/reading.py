"""`./trainyard bench reading [--megabytes N]`: our strict reading of a CSV beside others'.

Each reader runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

READERS = ("trainyard", "pandas", "polars")
WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "sings"]
LIMIT_MB = 1024
"""what our reader may take, whatever the size of the file"""


def main(arguments: list[str]) -> int:
    """Prints a table; exit code 1 if ours takes more memory than promised."""
    parser = argparse.ArgumentParser(prog="trainyard bench reading")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--reader", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.reader:
        return read(options.reader, options.file)
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        generate(path, options.megabytes)
        print(f"{path.stat().st_size / 1e6:,.0f} MB of CSV, 9 columns")
        print(f"{'':<12}{'seconds':>9}{'of CPU':>9}{'peak MB':>9}")
        for reader in READERS:
            if reader == "trainyard" or importlib.util.find_spec(reader):
                seconds, processor, peaks[reader] = measured(reader, path)
                print(f"{reader:<12}{seconds:>9.1f}{processor:>9.1f}{peaks[reader]:>9,.0f}")
            else:
                print(f"{reader:<12}{'not installed':>18}")
    return int(peaks["trainyard"] > LIMIT_MB)


def generate(path: Path, megabytes: int) -> None:
    """Mixed types: numbers, ids with leading zeros, dates, missing cells, quoted text."""
    chance = random.Random(0)
    block = "".join(row(chance, number) for number in range(100_000))
    numbered = block.splitlines(keepends=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,code,when,count,price,ratio,flag,label,comment\n")
        size = number = 0
        while size < megabytes * 1_000_000:
            # The rest of a row repeats every 100,000 rows; the first column never does.
            text = "".join(f"{number + place},{rest}" for place, rest in enumerate(numbered))
            size += file.write(text)
            number += len(numbered)


def row(chance: random.Random, number: int) -> str:
    """All but the first cell of a row."""
    count = "" if chance.random() < 0.05 else str(chance.randrange(1000))
    comment = " ".join(chance.choices(WORDS, k=chance.randint(2, 12)))
    if chance.random() < 0.3:
        comment = f'"{comment}, ""{chance.choice(WORDS)}"""'
    return (
        f"{number:08},2024-{1 + number % 12:02}-{1 + number % 28:02},{count},"
        f"{chance.randrange(1, 99999) / 100:.2f},{chance.gauss(0, 1)!r},"
        f"{'true' if chance.random() < 0.5 else 'false'},{chance.choice('ABC')},{comment}\n"
    )


def measured(reader: str, path: Path, python: str = sys.executable) -> tuple[float, float, float]:
    """Seconds, those of the CPU and the peak of memory in MB, as the reader's own process says.

    A busy machine shows in the first only.
    """
    said = subprocess.run(
        [python, "-m", "bench", "reading", "--reader", reader, "--file", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, processor, peak = map(float, said.stdout.split())
    return seconds, processor, peak


def read(reader: str, path: Path) -> int:
    """Read the file, print seconds and peak; imports are not counted."""
    call = {"trainyard": read_ours, "pandas": read_pandas, "polars": read_polars}[reader](path)
    begun, processor = time.monotonic(), time.process_time()
    call()
    seconds, processor = time.monotonic() - begun, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{seconds} {processor} {peak / (1024 if sys.platform != 'darwin' else 1024 * 1024)}")
    return 0


def read_ours(path: Path) -> Callable[[], object]:
    """Both passes, and the Parquet file written."""
    from engine.data.tables.read import read

    into = path.parent / "into"
    into.mkdir(exist_ok=True)
    return lambda: read(
        path, into, file_name=path.name, dialect=None, kinds={}, progress=lambda _: None
    )


def read_pandas(path: Path) -> Callable[[], object]:
    """One call; the types it guesses are what it guesses."""
    import pandas

    return lambda: pandas.read_csv(path)


def read_polars(path: Path) -> Callable[[], object]:
    """One call."""
    polars = importlib.import_module("polars")
    return lambda: polars.read_csv(path)
