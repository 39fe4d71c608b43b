"""What reads a text and writes another: shapes, padding, and agreement with other code."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
import torch
from torch import Tensor, nn
from transformers import T5Config, T5ForConditionalGeneration

from engine.data import Dates
from engine.data.card import Card
from engine.models import T5, Seq2Seq
from engine.models.base import ModelSpec
from engine.nets.translator import Translator, greedy
from engine.problem import SettingsError
from tests.engine.pretrained import write_tokenizer

CARD = Card(
    task="seq2seq",
    modality="text",
    samples=1,
    shape=(9,),
    vocabulary=13,
    target_length=7,
    target_vocabulary=11,
)
T5_SMALL = T5(layers=6, width=512, heads=8, head_width=64, dense=2048)
MODELS: dict[str, ModelSpec] = {
    "luong": Seq2Seq(embedding=6, hidden=8, layers=2),
    "bahdanau": Seq2Seq(embedding=6, hidden=8, attention="bahdanau"),
    "no attention": Seq2Seq(embedding=6, hidden=8, attention="none"),
    "t5": T5(width=12, heads=2, head_width=5, dense=16),
    "t5 1.1": T5(width=12, heads=2, head_width=5, dense=16, activation="gated_gelu"),
}


def texts() -> tuple[Tensor, Tensor]:
    """Sources of 9, 4 and no tokens, and what is written to them."""
    chance = torch.Generator().manual_seed(0)
    source = torch.randint(4, 13, (3, 9), generator=chance)
    source[1, 4:] = 0
    source[2] = 0
    return source, torch.randint(4, 11, (3, 7), generator=chance)


def parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> nn.Module:
    torch.manual_seed(3)
    return MODELS[request.param].build(CARD)


def test_scores_for_every_token_and_gradients_for_every_weight(model: nn.Module) -> None:
    source, target = texts()
    scores = model(source, target)
    assert scores.shape == (3, 7, 11)
    torch.autograd.backward(scores.logsumexp(2).sum())
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []
    assert all(bool(weight.grad.isfinite().all()) for weight in model.parameters())  # type: ignore[union-attr]


def test_padding_changes_nothing(model: nn.Module) -> None:
    source, target = texts()
    model.eval()
    longer = torch.cat([source, torch.zeros(3, 5, dtype=torch.long)], 1)
    assert torch.allclose(model(source, target), model(longer, target), atol=1e-5)


def test_no_token_sees_what_comes_after_it(model: nn.Module) -> None:
    source, target = texts()
    model.eval()
    changed = target.clone()
    changed[:, 4:] = 10
    before, after = model(source, target), model(source, changed)
    assert torch.allclose(before[:, :4], after[:, :4], atol=1e-5)
    assert not torch.allclose(before[:, 4:], after[:, 4:], atol=1e-3)


def test_writing_token_by_token_is_writing_at_once(model: nn.Module) -> None:
    source, target = texts()
    model.eval()
    assert isinstance(model, Translator)
    memory = model.begin(source)
    found = []
    for token in torch.split(target, 1, 1):
        scores, memory = model.step(token, memory)
        found.append(scores)
    assert torch.allclose(torch.cat(found, 1), model(source, target), atol=1e-5)


class Plain(nn.Module):
    """Hides that a model can go on from where it was."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        scores: Tensor = self.model(source, target)
        return scores


def test_greedy_writes_the_likeliest_token_each_time(model: nn.Module) -> None:
    source, _ = texts()
    model.eval()
    with torch.inference_mode():
        written = greedy(model, source, start=2, end=3, limit=12)
        assert torch.equal(written, greedy(Plain(model), source, start=2, end=3, limit=12))
        before = torch.cat([torch.full((3, 1), 2), written[:, :-1]], 1)
        likeliest = model(source, before).argmax(2)
    ended = (before == 3).cumsum(1) > 0
    assert torch.equal(written, likeliest.masked_fill(ended, 3))


class Counting(nn.Module):
    """Writes 5, 6, 7 and the end, whatever it reads."""

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        following = torch.tensor([0, 0, 5, 0, 0, 6, 7, 3])
        scores: Tensor = nn.functional.one_hot(following[target], 8).float() + 0 * source.sum()
        return scores


def test_greedy_stops_at_the_end_and_fills_up() -> None:
    written = greedy(Counting(), torch.zeros(2, 3), start=2, end=3, limit=30)
    assert written.shape == (2, 8)
    assert written[0].tolist() == [5, 6, 7, 3, 3, 3, 3, 3]


def test_less_teacher_forcing_reads_its_own_guesses() -> None:
    source, target = texts()
    free = Seq2Seq(embedding=6, hidden=8, dropout=0, teacher_forcing=0).build(CARD)
    scores = free(source, target)
    own = torch.cat([target[:, :1], scores.argmax(2)[:, :-1]], 1)
    assert torch.allclose(free.eval()(source, own), scores, atol=1e-5)
    assert not torch.allclose(free(source, target), scores, atol=1e-4)


def test_t5_small_has_the_published_number_of_parameters() -> None:
    from engine.nets.t5 import T5Design, T5Net

    with torch.device("meta"):
        net = T5Net(T5Design(32_128, 32_128, 512, 8, 64, 2048, 6, 6, shared=True))
        own = T5_SMALL.build(Dates().card)
    assert parameters(net) == 60_506_624
    tokens = 32_128 * 512
    assert parameters(own) == 60_506_624 - tokens


@pytest.mark.parametrize("forward", ["relu", "gated-gelu"])
def test_pretrained_t5_is_that_of_transformers(
    forward: Literal["relu", "gated-gelu"], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    config = T5Config(  # type: ignore[call-arg]
        vocab_size=60,
        d_model=16,
        d_kv=5,
        d_ff=24,
        num_layers=2,
        num_decoder_layers=1,
        num_heads=3,
        feed_forward_proj=forward,
        tie_word_embeddings=forward == "relu",
        relative_attention_num_buckets=8,
        relative_attention_max_distance=20,
        decoder_start_token_id=0,
    )
    theirs = T5ForConditionalGeneration(config).eval()  # type: ignore[no-untyped-call]
    theirs.save_pretrained(tmp_path)
    write_tokenizer(tmp_path, ("<pad>", "</s>", "<unk>"))
    spec = T5(pretrained=str(tmp_path))
    assert list(spec.problems(CARD)) == []
    ours = spec.build(CARD).eval()
    vocabulary = spec.tokens()
    assert vocabulary is not None
    assert (vocabulary.padding, vocabulary.end, vocabulary.start, vocabulary.unknown) == (
        0,
        1,
        0,
        2,
    )
    source = torch.randint(3, 60, (3, 40))
    source[1, 25:] = 0
    target = torch.randint(3, 60, (3, 30))
    with torch.inference_mode():
        expected = theirs(
            input_ids=source, attention_mask=(source != 0).long(), decoder_input_ids=target
        ).logits
        assert torch.allclose(ours(source, target), expected, atol=1e-4)
        written = greedy(ours, source, start=0, end=1, limit=20)
        generated = theirs.generate(
            input_ids=source,
            attention_mask=(source != 0).long(),
            max_new_tokens=20,
            do_sample=False,
        )[:, 1:]
    for mine, other in zip(written.tolist(), generated.tolist(), strict=True):
        assert vocabulary.until_end(mine) == vocabulary.until_end(other)


def test_other_models_and_damaged_files_get_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bart"}')
    (tmp_path / "model.safetensors").write_bytes(b"rubbish")
    found = list(T5(pretrained=str(tmp_path)).problems(CARD))
    assert [problem.path for problem in found] == ["model.pretrained"]
    assert "is of the type bart" in found[0].message
    config = T5Config(vocab_size=60, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2)
    config.save_pretrained(tmp_path)
    with pytest.raises(SettingsError, match=r"model\.pretrained: .* is damaged .*; copy or"):
        T5(pretrained=str(tmp_path)).build(CARD)
