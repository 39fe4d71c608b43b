"""Model families. To add one: write its file and name its class in `Shipped`.

A model says which tasks and kinds of data it takes (`tasks`, `modalities`); the form offers what
fits and says why the rest does not.
"""

from typing import TYPE_CHECKING, Annotated, Union, get_args

from pydantic import Field

from engine.models.bert import Bert
from engine.models.cnn import Cnn
from engine.models.factorisation import Factorisation
from engine.models.gat import Gat
from engine.models.gcn import Gcn
from engine.models.gpt import Gpt
from engine.models.linear import LinearRegression
from engine.models.logistic import LogisticRegression
from engine.models.mlp import Mlp
from engine.models.neural_filtering import NeuralFiltering
from engine.models.own import kind_of, own_models
from engine.models.recurrent import Gru, Lstm, Rnn
from engine.models.resnet import ResNet
from engine.models.seq2seq import Seq2Seq
from engine.models.t5 import T5
from engine.models.transformer import Transformer
from engine.models.vgg import Vgg
from engine.models.word2vec import Word2Vec

Shipped = (
    LinearRegression
    | LogisticRegression
    | Mlp
    | Cnn
    | Vgg
    | ResNet
    | Seq2Seq
    | T5
    | Bert
    | Gpt
    | Rnn
    | Lstm
    | Gru
    | Transformer
    | Factorisation
    | NeuralFiltering
    | Word2Vec
    | Gcn
    | Gat
)
"""the models that come with Trainyard: add yours here"""

OWN = own_models(kind_of(model) for model in get_args(Shipped))
"""those of the machine's owner"""

if TYPE_CHECKING:
    Model = Annotated[Shipped, Field(discriminator="kind")]
else:
    Model = Annotated[Union[(Shipped, *OWN.models)], Field(discriminator="kind")]

__all__ = [
    "OWN",
    "T5",
    "Bert",
    "Cnn",
    "Factorisation",
    "Gat",
    "Gcn",
    "Gpt",
    "Gru",
    "LinearRegression",
    "LogisticRegression",
    "Lstm",
    "Mlp",
    "Model",
    "NeuralFiltering",
    "ResNet",
    "Rnn",
    "Seq2Seq",
    "Transformer",
    "Vgg",
    "Word2Vec",
]
