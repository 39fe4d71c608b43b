"""Texts that become other texts."""

from __future__ import annotations

from engine.config import RunConfig, Training
from engine.data import Dates, EmojiNames, Pronunciation
from engine.data.split import Split
from engine.models import T5, Seq2Seq
from engine.optim import AdamW
from engine.schedules import Cosine

FAST = AdamW(learning_rate=3e-3)

PRESETS = {
    "dates_lstm": RunConfig(
        name="Dates, LSTM with attention",
        data=Dates(),
        model=Seq2Seq(),
        optimizer=FAST,
        schedule=Cosine(warmup_steps=20),
        training=Training(epochs=4, batch_size=64, clip_norm=1.0),
    ),
    # Without dropout: of a rule without exceptions nothing is learned by heart, and a quarter of
    # the time is saved.
    "dates_t5": RunConfig(
        name="Dates, T5 from scratch",
        data=Dates(),
        model=T5(dropout=0.0),
        optimizer=AdamW(learning_rate=1e-3),
        schedule=Cosine(warmup_steps=50),
        training=Training(epochs=8, batch_size=64, clip_norm=1.0),
    ),
    # 80 CPU seconds to a phoneme error of 12 %; 2 epochs reach 15.5 %.
    "pronunciation_lstm": RunConfig(
        name="Pronunciation, LSTM with attention",
        data=Pronunciation(limit=20_000, split=Split(validation=0.05, test=0.1)),
        model=Seq2Seq(),
        optimizer=FAST,
        schedule=Cosine(warmup_steps=50),
        training=Training(epochs=5, batch_size=64, clip_norm=1.0),
    ),
    "emoji_french_lstm": RunConfig(
        name="Emoji names into French",
        data=EmojiNames(),
        model=Seq2Seq(dropout=0.3),
        optimizer=FAST,
        schedule=Cosine(),
        training=Training(epochs=20, batch_size=32, clip_norm=1.0),
    ),
    # Seconds: enough to see dates appear.
    "seq2seq_small": RunConfig(
        name="A small translator",
        data=Dates(count=2_000, written=50),
        model=Seq2Seq(embedding=32, hidden=64),
        optimizer=AdamW(learning_rate=1e-2),
        schedule=Cosine(),
        training=Training(epochs=4, batch_size=64, clip_norm=1.0),
    ),
    "dates_t5_small": RunConfig(
        name="A small T5",
        data=Dates(count=1_000, written=50),
        model=T5(layers=1, width=64, heads=2, dense=128),
        optimizer=FAST,
        schedule=Cosine(),
        training=Training(epochs=3, batch_size=64, clip_norm=1.0),
    ),
}
