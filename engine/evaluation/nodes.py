"""How well the nodes of a graph are told apart, and how well without the graph."""

from __future__ import annotations

from torch import nn

from engine import metrics
from engine.data.prepared import Prepared
from engine.evaluation import classification
from engine.events import Evaluation
from engine.loop.parts import TensorPart
from engine.loop.setup import Setup


def evaluate(model: nn.Module, part: TensorPart, setup: Setup, blank: Evaluation) -> Evaluation:
    """`blank` with what is said of all classes; the test also has what the edges have to beat."""
    found = classification.evaluate(model, part, setup, blank)
    if blank.split != "test" or "accuracy" not in found.metrics:
        return found
    return found.model_copy(
        update={
            "baseline_name": "logistic regression on the features, without the graph",
            "baseline": features_alone(setup.prepared),
        }
    )


def features_alone(prepared: Prepared) -> dict[str, float]:
    """Accuracy and F1 on the test part of scikit-learn's logistic regression, as it comes."""
    from sklearn.linear_model import LogisticRegression

    train, test = prepared.parts["train"], prepared.parts["test"]
    features = train.shared[0]
    model = LogisticRegression(max_iter=1000).fit(features[train.inputs[0]], train.targets)
    foretold = model.predict(features[test.inputs[0]])
    counts = metrics.confusion(test.targets, foretold, len(prepared.card.classes))
    found = {"accuracy": metrics.accuracy(counts)}
    f1 = metrics.f1(counts)
    return found if f1 is None else {**found, "f1": f1}
