"""Language models, and words learned from the company they keep."""

from __future__ import annotations

from engine.config import RunConfig, Training
from engine.data import DocumentationWords, PythonDocs, ReviewWords, TinyShakespeare
from engine.data.split import Split
from engine.models import Gpt, Word2Vec
from engine.models.sampling import Sampling
from engine.optim import AdamW
from engine.schedules import Cosine, Linear

NANO = AdamW(learning_rate=1e-3, beta2=0.99, weight_decay=0.1)
NANO_STEPS = Training(steps=2000, evaluate_steps=250, batch_size=12, clip_norm=1.0)

PRESETS = {
    # The setting that nanoGPT's README gives for a CPU, where it publishes a loss of 1.88.
    "gpt_shakespeare": RunConfig(
        name="GPT, Tiny Shakespeare",
        data=TinyShakespeare(),
        model=Gpt(),
        optimizer=NANO,
        schedule=Cosine(warmup_steps=100, floor=0.1),
        training=NANO_STEPS,
    ),
    "gpt_python_docs": RunConfig(
        name="GPT, Python documentation",
        data=PythonDocs(),
        model=Gpt(),
        optimizer=NANO,
        schedule=Cosine(warmup_steps=100, floor=0.1),
        training=NANO_STEPS,
    ),
    # Seconds: enough to see words appear.
    "gpt_small": RunConfig(
        name="A small GPT",
        data=PythonDocs(context=32, evaluated=100),
        model=Gpt(layers=2, width=64, heads=2, sampling=Sampling(length=100)),
        optimizer=AdamW(learning_rate=3e-3, beta2=0.99, weight_decay=0.1),
        schedule=Cosine(warmup_steps=20, floor=0.1),
        training=Training(steps=300, evaluate_steps=100, batch_size=16, clip_norm=1.0),
    ),
    # Few words: only 2 % of the texts are kept back.
    "word2vec_reviews": RunConfig(
        name="Word2Vec, food reviews",
        data=ReviewWords(split=Split(validation=0.02, test=0.0)),
        model=Word2Vec(),
        optimizer=AdamW(learning_rate=5e-3, weight_decay=0.0),
        schedule=Linear(),
        training=Training(epochs=5, batch_size=4096),
    ),
    "word2vec_small": RunConfig(
        name="Word2Vec, Python documentation",
        data=DocumentationWords(),
        model=Word2Vec(width=32, shown="list, class, import, while, is"),
        optimizer=AdamW(learning_rate=1e-2, weight_decay=0.0),
        schedule=Linear(),
        training=Training(epochs=4, batch_size=1024),
    ),
}
