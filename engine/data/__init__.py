"""Data sets. To add one: write its class with `card` and `load` and name it in `Data`."""

from typing import Annotated

from pydantic import Field

from engine.data.builtin import BreastCancer, Diabetes, Iris
from engine.data.card import Card
from engine.data.cora import Cora
from engine.data.corpus import PythonDocs, TinyShakespeare
from engine.data.graphs import DigitsGraph, KarateClub
from engine.data.image_files import Cifar10, FashionMnist, FullMnist
from engine.data.image_folder import ImageFolder
from engine.data.images import Digits, Mnist
from engine.data.neighbours import DocumentationWords, ReviewWords
from engine.data.own_corpus import OwnCorpus
from engine.data.own_pairs import OwnPairs
from engine.data.own_table import OwnTable
from engine.data.pairs import Dates, EmojiNames, Pronunciation
from engine.data.ratings import MovieLens100k, MovieLensSmall
from engine.data.series import DigitRows, Weather
from engine.data.texts import FoodReviews, Languages, SmsSpam, Tweets

Data = Annotated[
    Mnist
    | Digits
    | FullMnist
    | FashionMnist
    | Cifar10
    | Iris
    | BreastCancer
    | Diabetes
    | Dates
    | Pronunciation
    | EmojiNames
    | PythonDocs
    | TinyShakespeare
    | DigitRows
    | Weather
    | SmsSpam
    | Tweets
    | FoodReviews
    | Languages
    | MovieLens100k
    | MovieLensSmall
    | ReviewWords
    | DocumentationWords
    | KarateClub
    | DigitsGraph
    | Cora
    | OwnTable
    | ImageFolder
    | OwnCorpus
    | OwnPairs,
    Field(discriminator="kind"),
]

__all__ = [
    "BreastCancer",
    "Card",
    "Cifar10",
    "Cora",
    "Data",
    "Dates",
    "Diabetes",
    "DigitRows",
    "Digits",
    "DigitsGraph",
    "DocumentationWords",
    "EmojiNames",
    "FashionMnist",
    "FoodReviews",
    "FullMnist",
    "ImageFolder",
    "Iris",
    "KarateClub",
    "Languages",
    "Mnist",
    "MovieLens100k",
    "MovieLensSmall",
    "OwnCorpus",
    "OwnPairs",
    "OwnTable",
    "Pronunciation",
    "PythonDocs",
    "ReviewWords",
    "SmsSpam",
    "TinyShakespeare",
    "Tweets",
    "Weather",
]
