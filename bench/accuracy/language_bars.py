"""Claims about language models: one long run each, measured once on all of the validation part."""

from __future__ import annotations

from bench.accuracy.bar import Bar, seeds

MEASURED_ONCE = (
    "training.evaluate_steps=2000",
    "data.evaluated=none",
    "model.sampling.length=0",
)

LANGUAGE_BARS = (
    Bar(
        name="gpt_shakespeare",
        what="GPT, Tiny Shakespeare by characters, nanoGPT's CPU setting",
        preset="gpt_shakespeare",
        metric="loss",
        bar=1.90,
        words=MEASURED_ONCE,
        runs=seeds(1),
        reference="1.88 (nanoGPT's README, on 20 batches)",
        split="validation",
        at_most=True,
        needs=("tinyshakespeare.txt",),
    ),
    Bar(
        name="gpt_python_docs",
        what="GPT, Python documentation by characters, 2,000 steps",
        preset="gpt_python_docs",
        metric="loss",
        bar=1.40,
        words=MEASURED_ONCE,
        runs=seeds(1),
        reference="3.24 (characters by their frequency)",
        split="validation",
        at_most=True,
    ),
)
