"""Every claim about accuracy; the README's table and the slow tests are made of this list."""

from __future__ import annotations

from bench.accuracy.image_bars import IMAGE_BARS
from bench.accuracy.language_bars import LANGUAGE_BARS
from bench.accuracy.seq2seq_bars import SEQ2SEQ_BARS
from bench.accuracy.table_bars import TABLE_BARS
from bench.accuracy.text_bars import TEXT_BARS

BARS = (
    *IMAGE_BARS,
    *TEXT_BARS,
    *TABLE_BARS,
    *LANGUAGE_BARS,
    *SEQ2SEQ_BARS,
)
