"""Claims about ratings and about the nodes of graphs."""

from __future__ import annotations

from bench.accuracy.bar import Bar, seeds

CORA = tuple(
    f"cora/ind.cora.{name}"
    for name in ("x", "y", "tx", "ty", "allx", "ally", "graph", "test.index")
)

TABLE_BARS = (
    Bar(
        name="movielens_factorisation",
        what="Matrix factorisation, MovieLens 100k (75 % to learn from, 20 % tested)",
        preset="movielens_factorisation",
        metric="rmse",
        bar=0.940,
        runs=seeds(2),
        reference="0.934 (SVD of Surprise, 80 % to learn from)",
        at_most=True,
    ),
    Bar(
        name="movielens_neural",
        what="Neural filtering, MovieLens 100k (the same parts)",
        preset="movielens_neural",
        metric="rmse",
        bar=0.935,
        runs=seeds(1),
        at_most=True,
    ),
    Bar(
        name="movielens_small",
        what="Matrix factorisation, MovieLens small (the same shares)",
        preset="movielens_small_factorisation",
        metric="rmse",
        bar=0.900,
        runs=seeds(1),
        at_most=True,
    ),
    Bar(
        name="cora_gcn",
        what="GCN, Cora (published division)",
        preset="cora_gcn",
        metric="accuracy",
        bar=0.81,
        runs=seeds(5),
        reference="0.815 (Kipf and Welling, 2017)",
        needs=CORA,
    ),
    Bar(
        name="cora_gat",
        what="GAT, Cora (published division)",
        preset="cora_gat",
        metric="accuracy",
        bar=0.82,
        runs=seeds(5),
        reference="0.830 (Veličković et al., 2018)",
        needs=CORA,
    ),
    Bar(
        name="digits_gcn",
        what="GCN, graph of digits with 100 labels",
        preset="digits_gcn",
        metric="accuracy",
        bar=0.93,
        runs=seeds(1),
    ),
)
