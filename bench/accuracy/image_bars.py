"""Claims about images and tables: one split of 4,000 and 1,000 digits, folds of the small sets."""

from __future__ import annotations

from bench.accuracy.bar import FOLDS, Bar, seeds

# All that is not tested is learned from, so nothing chooses the weights: the last ones count.
ALL = ("data.split.validation=0", "training.keep_best=false")
SUBSET = (*ALL, "data.split.test=0.2")

IMAGE_BARS = (
    Bar(
        name="mnist_mlp",
        what="MLP 128, MNIST subset (4,000 / 1,000)",
        preset="mnist_mlp",
        metric="accuracy",
        bar=0.92,
        words=SUBSET,
        runs=seeds(3),
        reference="0.899 (softmax regression, scikit-learn)",
    ),
    Bar(
        name="mnist_cnn",
        what="Classic CNN, MNIST subset",
        preset="mnist_cnn",
        metric="accuracy",
        bar=0.975,
        words=SUBSET,
        runs=seeds(3),
        reference="0.99 (same net on all 60,000)",
    ),
    Bar(
        name="mnist_vgg",
        what="VGG-11 of a quarter of the width, MNIST subset",
        preset="mnist_vgg",
        metric="accuracy",
        bar=0.975,
        words=SUBSET,
        runs=seeds(2),
    ),
    Bar(
        name="mnist_resnet",
        what="ResNet-8, MNIST subset",
        preset="mnist_resnet",
        metric="accuracy",
        bar=0.97,
        words=SUBSET,
        runs=seeds(2),
    ),
    Bar(
        name="digits_mlp",
        what="MLP 256-128, digits 8x8, 5 folds",
        preset="digits_mlp",
        metric="accuracy",
        bar=0.97,
        words=(*ALL, "model.hidden=256,128"),
        runs=FOLDS,
        reference="0.969 (logistic regression, scikit-learn)",
    ),
    Bar(
        name="diabetes_linear",
        what="Linear regression, diabetes, by gradient descent",
        preset="diabetes_linear",
        metric="r2",
        bar=0.4176,
        runs=((),),
        reference="0.4196 (closed form, scikit-learn, same parts)",
    ),
    Bar(
        name="breast_cancer",
        what="Logistic regression, breast cancer, 5 folds",
        preset="breast_cancer_logistic",
        metric="accuracy",
        bar=0.97,
        words=ALL,
        runs=FOLDS,
        reference="0.979 (scikit-learn)",
    ),
    Bar(
        name="breast_cancer_auc",
        what="The same",
        preset="breast_cancer_logistic",
        metric="roc_auc",
        bar=0.99,
        words=ALL,
        runs=FOLDS,
        reference="0.995 (scikit-learn)",
    ),
)
