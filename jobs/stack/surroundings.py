"""What the installer asks of the machine before pip is called; the standard library only."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from pathlib import Path


def has_nvidia() -> bool:
    """Whether this machine shows an NVIDIA GPU, asked without any package."""
    return Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None


def answers(url: str) -> bool:
    """Whether a page can be reached within 3 s."""
    try:
        with urllib.request.urlopen(f"{url}/", timeout=3):
            return True
    except (urllib.error.URLError, TimeoutError, OSError):
        return False
