"""Asks the helper process (`python -m engine.inspect`) what needs torch: sizes and shapes.

The web process never imports torch. A page waits a moment only; until the answer is there it
says that it is counting.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.config import RunConfig, Training

PATIENCE_SECONDS = 0.25
_REMEMBERED = 256
_ROOT = Path(__file__).parent.parent

Answer = dict[str, Any]
"""`{"summary": {...}}` or `{"preview": {...}}`, `{"problems": [...]}` or `{"failed": sentence}`"""


@dataclass
class Question:
    """One configuration on its way through the helper."""

    text: str
    answered: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Inspector:
    """Owns the helper: started at the first question, again when it died.

    The helper ends when its input closes, so it cannot outlive this process, however that ends.
    """

    def __init__(self, command: tuple[str, ...] = (sys.executable, "-m", "engine.inspect")) -> None:
        self._command = command
        self._questions: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
        self._known: OrderedDict[str, Question] = OrderedDict()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._helper: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._serve, name="inspector", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The helper's process id while it runs."""
        helper = self._helper
        return helper.pid if helper is not None and helper.poll() is None else None

    def ask(self, config: RunConfig, patience: float = PATIENCE_SECONDS) -> Answer | None:
        """The answer, or None when it takes longer than `patience` seconds: ask again then."""
        # The name changes nothing about sizes, and would make a new question of every keystroke.
        return self._asked(config.model_copy(update={"name": ""}).model_dump_json(), patience)

    def ask_preview(self, config: RunConfig, patience: float = PATIENCE_SECONDS) -> Answer | None:
        """Some samples before and after augmentation, or None as `ask`."""
        training = Training(seed=config.training.seed)
        asked = RunConfig(data=config.data, training=training).model_dump_json()
        return self._asked(f'{{"preview": {asked}}}', patience)

    def close(self) -> None:
        """Ends the helper at once, also in the middle of a question."""
        self._closing.set()
        self._questions.put(None)
        if self._helper is not None:
            self._helper.kill()
        self._thread.join(5)

    def _asked(self, text: str, patience: float) -> Answer | None:
        question = self._remember(text)
        question.answered.wait(patience)
        return question.answer

    def _remember(self, text: str) -> Question:
        with self._lock:
            known = self._known.get(text)
            if known is not None and "failed" not in (known.answer or {}):
                self._known.move_to_end(text)
                return known
            question = self._known[text] = Question(text)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._questions.put(question)
        return question

    def _serve(self) -> None:
        while (question := self._questions.get()) is not None:
            question.answer = self._answer(question.text)
            question.answered.set()
        self._end_helper()

    def _answer(self, text: str) -> Answer:
        for _ in range(2):  # a helper that died since the last question is started again, once
            with contextlib.suppress(BrokenPipeError, OSError, ValueError):
                return self._exchange(text)
            self._end_helper()
            if self._closing.is_set():
                break
        return {"failed": "The helper that counts parameters does not answer; it is tried again."}

    def _exchange(self, text: str) -> Answer:
        """One line there, one line back. Raises ValueError when the helper ended instead."""
        helper = self._started()
        if helper.stdin is None or helper.stdout is None:
            raise ValueError("the helper has no pipes")
        helper.stdin.write(text + "\n")
        helper.stdin.flush()
        answer = json.loads(helper.stdout.readline())
        if not isinstance(answer, dict):
            raise ValueError(f"the helper answered {answer!r}")
        return answer

    def _started(self) -> subprocess.Popen[str]:
        if self._helper is None or self._helper.poll() is not None:
            self._helper = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=_ROOT,
            )
        return self._helper

    def _end_helper(self) -> None:
        helper, self._helper = self._helper, None
        if helper is None:
            return
        helper.kill()
        helper.wait()
        for pipe in (helper.stdin, helper.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
