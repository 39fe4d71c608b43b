"""Images."""

from __future__ import annotations

from engine.config import RunConfig, Training
from engine.data import Cifar10, FashionMnist, Mnist
from engine.data.split import Split
from engine.models import Cnn, Mlp, ResNet, Vgg
from engine.optim import AdamW, Sgd
from engine.schedules import Cosine, OneCycle

PRESETS = {
    # What RunConfig's defaults are: the first run of a person who just presses Launch.
    "mnist_cnn": RunConfig(name="MNIST CNN"),
    "mnist_mlp": RunConfig(
        name="MNIST MLP",
        data=Mnist(),
        model=Mlp(hidden=[128]),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=Training(epochs=10, batch_size=32),
    ),
    "mnist_vgg": RunConfig(
        name="MNIST, small VGG",
        data=Mnist(),
        model=Vgg(depth=11, width=16, dense=[64]),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=Training(epochs=7, batch_size=64),
    ),
    "mnist_resnet": RunConfig(
        name="MNIST, ResNet-8",
        data=Mnist(),
        model=ResNet(depth=8),
        optimizer=AdamW(learning_rate=1e-2),
        schedule=Cosine(),
        training=Training(epochs=6, batch_size=32),
    ),
    "fashion_mnist_cnn": RunConfig(
        name="Fashion-MNIST CNN",
        data=FashionMnist(),
        model=Cnn(dropout=0.5),
        optimizer=AdamW(learning_rate=2e-3),
        schedule=Cosine(),
        training=Training(epochs=15, batch_size=64),
    ),
    "cifar10_cnn": RunConfig(
        name="CIFAR-10 CNN",
        data=Cifar10(),
        model=Cnn(channels=[32, 64], padding="same", last_pool=True, dense=[128], dropout=0.5),
        optimizer=AdamW(learning_rate=1e-3),
        schedule=Cosine(),
        training=Training(epochs=20, batch_size=64),
    ),
    # He et al. 2016 train for 64,000 steps in batches of 128 (182 epochs) and reach 91.25 %; this
    # is a fifth of that, with the same augmentation. Not measured here: the data are a download.
    "cifar10_resnet20": RunConfig(
        name="CIFAR-10, ResNet-20",
        data=Cifar10(split=Split(validation=0.1)),
        model=ResNet(depth=20),
        optimizer=Sgd(learning_rate=0.2, momentum=0.9, nesterov=True, weight_decay=5e-4),
        schedule=OneCycle(),
        training=Training(epochs=36, batch_size=128),
    ),
}
