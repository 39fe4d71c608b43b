"""Texts to classify, and series of numbers."""

from __future__ import annotations

from engine.config import RunConfig, Training
from engine.data import DigitRows, FoodReviews, Languages, SmsSpam, Tweets, Weather
from engine.data.split import Split
from engine.data.tokens import Words
from engine.data.tokens.bags import TfIdf
from engine.models import Gru, LogisticRegression, Lstm, Mlp, Rnn, Transformer
from engine.optim import AdamW
from engine.schedules import Constant, Cosine

# 500 messages more to learn from than usual: spam is rare.
_SMS = SmsSpam(split=Split(validation=0.1))
# Small sets of texts are learned by heart in two epochs; silent words and much dropout forbid it.
_TWEETS = Tweets(
    split=Split(validation=0.1), tokens=Words(lower_case=False), length=40, token_dropout=0.3
)
_FIVE_EPOCHS = Training(epochs=5, batch_size=64, clip_norm=1.0)

PRESETS = {
    "sms_rnn": RunConfig(
        name="SMS spam, RNN",
        data=_SMS,
        model=Rnn(),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=_FIVE_EPOCHS,
    ),
    "sms_lstm": RunConfig(
        name="SMS spam, LSTM",
        data=_SMS,
        model=Lstm(),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=_FIVE_EPOCHS,
    ),
    "sms_gru": RunConfig(
        name="SMS spam, GRU",
        data=_SMS,
        model=Gru(),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=_FIVE_EPOCHS,
    ),
    "sms_transformer": RunConfig(
        name="SMS spam, Transformer",
        data=_SMS,
        model=Transformer(),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=_FIVE_EPOCHS,
    ),
    "tweets_lstm": RunConfig(
        name="Android or iPhone, LSTM",
        data=_TWEETS,
        model=Lstm(dropout=0.4),
        optimizer=AdamW(learning_rate=1.5e-3),
        schedule=Cosine(),
        training=_FIVE_EPOCHS,
    ),
    "tweets_gru": RunConfig(
        name="Android or iPhone, GRU both ways",
        data=_TWEETS,
        model=Gru(layers=[64], bidirectional=True, pooling="max", dropout=0.4),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=Training(epochs=4, batch_size=64, clip_norm=1.0),
    ),
    "tweets_transformer": RunConfig(
        name="Android or iPhone, Transformer",
        data=_TWEETS,
        model=Transformer(dropout=0.3),
        optimizer=AdamW(learning_rate=1.5e-3),
        schedule=Cosine(),
        training=_FIVE_EPOCHS,
    ),
    "tweets_tf_idf": RunConfig(
        name="Android or iPhone, TF-IDF and logistic regression",
        data=Tweets(split=Split(validation=0.1), tokens=TfIdf(size=5_000)),
        model=LogisticRegression(),
        optimizer=AdamW(learning_rate=0.02, weight_decay=0.0),
        schedule=Constant(),
        training=Training(epochs=10, batch_size=64),
    ),
    "reviews_tf_idf_mlp": RunConfig(
        name="Food reviews, TF-IDF and MLP",
        data=FoodReviews(split=Split(validation=0.1), tokens=TfIdf(size=5_000)),
        model=Mlp(hidden=[64], dropout=0.5),
        optimizer=AdamW(learning_rate=2e-3, weight_decay=0.1),
        schedule=Constant(),
        training=Training(epochs=10, batch_size=64),
    ),
    "reviews_gru": RunConfig(
        name="Food reviews, GRU both ways",
        data=FoodReviews(split=Split(validation=0.1), length=80, token_dropout=0.2),
        model=Gru(layers=[64], bidirectional=True, pooling="max", dropout=0.4),
        optimizer=AdamW(learning_rate=4e-3),
        schedule=Cosine(),
        training=Training(epochs=5, batch_size=64, clip_norm=1.0),
    ),
    "languages_gru": RunConfig(
        name="Which language, GRU both ways by characters",
        data=Languages(),
        model=Gru(layers=[64], bidirectional=True),
        optimizer=AdamW(learning_rate=5e-3),
        schedule=Cosine(),
        training=Training(epochs=6, batch_size=128, clip_norm=1.0),
    ),
    "digit_rows_lstm": RunConfig(
        name="Digits row by row, LSTM",
        data=DigitRows(),
        model=Lstm(),
        optimizer=AdamW(learning_rate=5e-3),
        schedule=Cosine(),
        training=Training(epochs=15, batch_size=64),
    ),
    "weather_lstm": RunConfig(
        name="Tomorrow's temperature, LSTM",
        data=Weather(),
        model=Lstm(layers=[32], dense=[32]),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=Training(epochs=10, batch_size=64, clip_norm=1.0),
    ),
    # The smallest run on texts: 4 s, half of them for the baseline.
    "tweets_small_rnn": RunConfig(
        name="1,000 tweets, small RNN",
        data=Tweets(limit=1_000, length=16),
        model=Rnn(embedding=16, layers=[16], dense=[]),
        optimizer=AdamW(learning_rate=5e-3),
        schedule=Cosine(),
        training=Training(epochs=3, batch_size=32, clip_norm=1.0),
    ),
}
