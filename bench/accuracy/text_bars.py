"""Claims about texts and series, each beside what TF-IDF and logistic regression reach there."""

from __future__ import annotations

from bench.accuracy.bar import Bar, Words, seeds

SMS = ("sms_spam.tsv",)


def splits(count: int) -> tuple[Words, ...]:
    """Runs that differ in everything: which texts are tested too, for the test is small."""
    return tuple((f"training.seed={n}", f"data.split.seed={n}") for n in range(count))


def sms(model: str, name: str) -> Bar:
    """F1 of spam, 836 messages tested, 112 of them spam."""
    return Bar(
        name=f"sms_{model}",
        what=f"{name}, SMS spam",
        preset=f"sms_{model}",
        metric="f1",
        bar=0.92,
        runs=seeds(2),
        needs=SMS,
    )


def tweets(model: str, name: str) -> Bar:
    """F1 of Android, 1,292 tweets tested."""
    return Bar(
        name=f"tweets_{model}",
        what=f"{name}, tweets: Android or iPhone",
        preset=f"tweets_{model}",
        metric="f1",
        bar=0.87,
        runs=splits(2),
    )


TEXT_BARS = (
    sms("rnn", "RNN"),
    sms("lstm", "LSTM"),
    sms("gru", "GRU"),
    sms("transformer", "Transformer"),
    Bar(
        name="sms_minilm",
        what="MiniLM fine-tuned, SMS spam",
        preset="sms_minilm",
        metric="f1",
        bar=0.96,
        runs=splits(2),
        needs=SMS,
    ),
    tweets("lstm", "LSTM"),
    tweets("gru", "GRU"),
    Bar(
        name="digit_rows_lstm",
        what="LSTM, digits row by row",
        preset="digit_rows_lstm",
        metric="accuracy",
        bar=0.93,
        runs=seeds(2),
    ),
)
