"""Muon: every hidden matrix moves by an update whose directions all have the same length."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.optim.base import LearningRate, OptimizerSpec, WeightDecay, together, trained
from engine.spec import LIVE, RARE

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer as TorchOptimizer


class Muon(OptimizerSpec):
    """Momentum made orthogonal, for hidden matrices; AdamW for embeddings, output and the rest.

    Jordan (2024); the step size matches AdamW's, so one learning rate serves both (Liu et al.,
    arXiv:2502.16982). A model without hidden matrices is trained by AdamW alone.
    """

    title: ClassVar[str] = "Muon"
    kind: Literal["muon"] = "muon"
    learning_rate: LearningRate = 2e-3
    momentum: float = Field(
        0.95, gt=0, lt=1, description="memory of the gradient", json_schema_extra=LIVE
    )
    nesterov: bool = Field(True, description="look ahead along the momentum")
    weight_decay: WeightDecay = 0.01
    iterations: int = Field(
        5,
        ge=1,
        le=20,
        description="Newton-Schulz iterations that make an update orthogonal",
        json_schema_extra=RARE,
    )

    def build(self, model: nn.Module) -> TorchOptimizer:
        """`torch.optim.Muon` and `torch.optim.AdamW` as one."""
        from torch.optim import AdamW as TorchAdamW
        from torch.optim import Muon as TorchMuon

        from engine.optim.pair import Pair

        hidden = hidden_matrices(model)
        chosen = {id(parameter) for parameter in hidden}
        rest = [parameter for parameter in trained(model) if id(parameter) not in chosen]
        rate, decay = self.learning_rate, self.weight_decay
        parts: list[TorchOptimizer] = []
        if hidden:
            parts.append(
                TorchMuon(
                    hidden,
                    lr=rate,
                    weight_decay=decay,
                    momentum=self.momentum,
                    nesterov=self.nesterov,
                    ns_steps=self.iterations,
                    adjust_lr_fn="match_rms_adamw",
                )
            )
        if rest:
            parts.append(TorchAdamW(rest, lr=rate, weight_decay=decay, fused=together(rest)))
        return parts[0] if len(parts) == 1 else Pair(parts)


def hidden_matrices(model: nn.Module) -> list[nn.Parameter]:
    """The weights of two dimensions, without embeddings and the last matrix, the output's."""
    from torch import nn

    embedded = {
        id(module.weight)
        for module in model.modules()
        if isinstance(module, nn.Embedding | nn.EmbeddingBag)
    }
    matrices = [parameter for parameter in trained(model) if parameter.dim() == 2]
    return [parameter for parameter in matrices[:-1] if id(parameter) not in embedded]
