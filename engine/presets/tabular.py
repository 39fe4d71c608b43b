"""Tables of numbers, and small images as such."""

from __future__ import annotations

from engine.config import RunConfig, Training
from engine.data import BreastCancer, Diabetes, Digits, Iris
from engine.models import LinearRegression, LogisticRegression, Mlp
from engine.optim import AdamW, Sgd
from engine.schedules import Constant, Cosine

PRESETS = {
    "digits_mlp": RunConfig(
        name="Digits MLP",
        data=Digits(),
        model=Mlp(hidden=[128, 64], dropout=0.1),
        optimizer=AdamW(learning_rate=3e-3),
        schedule=Cosine(),
        training=Training(epochs=40, batch_size=64),
    ),
    "iris_mlp": RunConfig(
        name="Iris MLP",
        data=Iris(),
        model=Mlp(hidden=[16]),
        optimizer=AdamW(learning_rate=1e-2),
        schedule=Constant(),
        training=Training(epochs=60, batch_size=16),
    ),
    # Gradient descent to scikit-learn's optimum. Its penalty C=1 is a weight decay of 1/399
    # samples, twice that here: two scores share the difference that decides.
    "breast_cancer_logistic": RunConfig(
        name="Breast cancer, logistic regression",
        data=BreastCancer(),
        model=LogisticRegression(),
        optimizer=Sgd(learning_rate=0.3, momentum=0.9, weight_decay=0.005),
        schedule=Constant(),
        training=Training(epochs=500, batch_size=399, keep_best=False),
    ),
    # All samples in one step and the last weights: plain gradient descent to the least squares.
    "diabetes_linear": RunConfig(
        name="Diabetes, linear regression",
        data=Diabetes(),
        model=LinearRegression(),
        optimizer=Sgd(learning_rate=0.1, momentum=0.9),
        schedule=Constant(),
        training=Training(epochs=1000, batch_size=310, keep_best=False),
    ),
    "diabetes_mlp": RunConfig(
        name="Diabetes MLP",
        data=Diabetes(),
        model=Mlp(hidden=[32], dropout=0.2),
        optimizer=AdamW(learning_rate=3e-3, weight_decay=0.1),
        schedule=Constant(),
        training=Training(epochs=100, batch_size=32),
    ),
}
