"""GPT: the published size, the outputs of transformers' GPT-2, and what it writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from engine.data.card import Card
from engine.evaluation.writing import write
from engine.models import Gpt
from engine.models.sampling import Sampling
from engine.nets.gpt import GptDesign, GptNet, Past
from engine.problem import SettingsError
from engine.train import train
from tests.engine.small import curve, evaluations, small

LANGUAGE = Card(
    task="language_modelling", modality="text", samples=0, shape=(1024,), vocabulary=50_257
)
TINY = GptDesign(vocabulary=40, context=16, layers=2, width=32, heads=4, tied=False)


def tiny() -> GptNet:
    """Random weights, large enough to prefer some tokens to others; in eval mode."""
    torch.manual_seed(0)
    model = GptNet(TINY).eval()
    with torch.no_grad():
        model.get_parameter("head.weight").mul_(20)
    return model


def test_gpt2_small_has_the_published_124439808_parameters() -> None:
    with torch.device("meta"):
        model = Gpt(layers=12, width=768, heads=12).build(LANGUAGE)
    assert sum(parameter.numel() for parameter in model.parameters()) == 124_439_808


@pytest.mark.parametrize(("width", "deviation"), [(768, 0.02), (192, 0.04)])
def test_it_begins_as_gpt2_does_and_louder_where_it_is_narrow(width: int, deviation: float) -> None:
    torch.manual_seed(0)
    weights = GptNet(GptDesign(500, 64, layers=2, width=width, heads=4)).state_dict()
    for name, expected in {
        "tokens": 0.02,
        "positions": 0.02,
        "blocks.1.up": deviation,
        "blocks.1.attention.input": deviation,
        "blocks.1.down": deviation / 2,
        "blocks.0.attention.output": deviation / 2,
    }.items():
        assert weights[f"{name}.weight"].std().item() == pytest.approx(expected, rel=0.03)
    assert not weights["blocks.0.up.bias"].any()


def test_a_token_is_foretold_from_those_before_it_only() -> None:
    model, tokens = tiny(), torch.arange(16)[None] % 40
    changed = tokens.clone()
    changed[0, 9:] += 3
    with torch.no_grad():
        before, after = model(tokens), model(changed)
    assert torch.equal(before[0, :9], after[0, :9])
    assert not torch.allclose(before[0, 9:], after[0, 9:])


def test_the_scores_of_token_after_token_are_those_of_the_whole() -> None:
    model, tokens = tiny(), torch.arange(32).view(2, 16) % 40
    past: Past = []
    with torch.no_grad():
        scores = [model.extend(tokens[:, :5], past)]
        scores += [model.extend(tokens[:, place : place + 1], past) for place in range(5, 16)]
        whole = model(tokens)[:, 4:]
    assert torch.allclose(torch.stack(scores, dim=1), whole, atol=1e-5)


@pytest.mark.parametrize("activation", ["gelu_new", "gelu"])
def test_pretrained_weights_give_the_scores_of_transformers(
    activation: str, tmp_path: Path
) -> None:
    folder = saved_gpt2(tmp_path / "gpt2", activation_function=activation)
    ours = Gpt(pretrained=str(folder)).build(card_of(folder, context=24)).eval()
    theirs = transformers_gpt2(folder)
    tokens = torch.randint(300, (3, 24), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.allclose(ours(tokens), theirs(tokens).logits, atol=1e-5)


def test_a_pretrained_gpt_is_continued_with_its_own_tokens(tmp_path: Path) -> None:
    folder = saved_gpt2(tmp_path / "gpt2")
    config = small(
        "data=python_docs",
        "data.context=16",
        "data.limit=100",
        "model=gpt",
        f"model.pretrained={folder}",
        "model.dropout=0.1",
        "model.sampling.prompt=The class",
        "training.epochs=2",
        "training.batch_size=8",
    )
    events = list(train(config))
    losses = [metrics["loss"] for metrics in evaluations(events).values()]
    assert losses[-1] < losses[0] < 6
    assert len(curve(events)) == 2 * 12
    written = [event.samples[0] for event in events if event.kind == "evaluation"]
    assert written[0].prompt == "The class"
    assert len(written[0].text) > 100


def test_a_folder_without_a_gpt2_is_refused_with_a_sentence(tmp_path: Path) -> None:
    folder = saved_gpt2(tmp_path / "gpt2", n_inner=32)
    with pytest.raises(SettingsError, match=r"model.pretrained: .* not 4 widths wide; choose"):
        Gpt(pretrained=str(folder)).build(card_of(folder, context=24))
    too_long = list(Gpt(pretrained=str(folder)).problems(card_of(folder, context=64)))
    assert [problem.path for problem in too_long] == ["data.context"]


def test_heads_must_share_the_width() -> None:
    found = list(Gpt(width=100, heads=8).problems(LANGUAGE))
    assert [problem.path for problem in found] == ["model.heads"]
    assert "use e.g. 5 heads" in found[0].message


def test_writing_depends_on_the_seed_alone_and_leaves_chance_as_it_was() -> None:
    model, prompt = tiny(), torch.tensor([7, 8])
    sampling = Sampling(length=40, number=2)
    before = torch.get_rng_state()
    first, again, other = (write(model, prompt, 16, sampling, seed) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert first.shape == (2, 40)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first[0], first[1])


def test_temperature_0_and_the_likeliest_token_alone_are_the_same() -> None:
    model, prompt = tiny(), torch.tensor([7])
    cold = write(model, prompt, 16, Sampling(length=30, temperature=0), 0)
    narrow = write(model, prompt, 16, Sampling(length=30, top_k=1), 5)
    assert torch.equal(cold, narrow)


def test_other_modules_write_what_ours_write() -> None:
    class Wrapped(torch.nn.Module):
        def __init__(self, model: GptNet) -> None:
            super().__init__()
            self.model = model

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            scores: torch.Tensor = self.model(tokens)
            return scores

    sampling, prompt = Sampling(length=40, number=2), torch.tensor([7])
    with torch.no_grad():
        ours = write(tiny(), prompt, 16, sampling, 0)
        theirs = write(Wrapped(tiny()).eval(), prompt, 16, sampling, 0)
    assert torch.equal(ours, theirs)


def card_of(folder: Path, context: int) -> Card:
    """A text for the tokenizer in `folder`."""
    size = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab_size()
    return Card(
        task="language_modelling", modality="text", samples=0, shape=(context,), vocabulary=size
    )


def saved_gpt2(folder: Path, **changes: Any) -> Path:
    """A small random GPT-2 and a tokenizer, written by transformers and tokenizers."""
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(
        ["class statement function " * 9],
        trainers.BpeTrainer(
            vocab_size=300, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet
        ),
    )
    config = GPT2Config(vocab_size=300, n_positions=32, n_embd=32, n_layer=2, n_head=4, **changes)
    model = GPT2LMHeadModel(config)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def transformers_gpt2(folder: Path) -> torch.nn.Module:
    """Their module, in eval mode."""
    from transformers import GPT2LMHeadModel

    model: torch.nn.Module = GPT2LMHeadModel.from_pretrained(folder)
    return model.eval()
