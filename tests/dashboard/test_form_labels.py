"""What a label says about a changed setting."""

from __future__ import annotations

import pytest

from dashboard.form.widgets import changed_label
from dashboard.text import measure


@pytest.mark.parametrize(("before", "said"), [(0, "0"), (1, "1"), (False, "off"), (True, "on")])
def test_a_label_says_what_was_there_by_its_type(before: object, said: str) -> None:
    assert f"was {said}]" in changed_label("Seed", before, 7)


def test_measures_are_named_as_people_write_them() -> None:
    assert measure("validation/roc_auc") == "validation ROC AUC"
    assert measure("validation/r2") == "validation R²"
