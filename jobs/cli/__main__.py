"""`python -m jobs.cli`: runs a command; what goes wrong is one sentence and exit code 2."""

from __future__ import annotations

import logging
import sys

from redis import ConnectionError as RedisConnectionError
from redis import RedisError
from sqlalchemy.exc import ArgumentError, OperationalError

from engine.data.tables import Refused
from engine.problem import SettingsError
from jobs.cli import build
from jobs.data_sets import DataSetError
from jobs.export.mlflow.server import Refusal
from jobs.history import HistoryError
from jobs.home import HomeUnusable
from jobs.notify.channels import ChannelError
from jobs.services.organise import LabelError
from jobs.services.runs import NotPossible, UnknownRun
from jobs.store.address import StoreUnusable
from jobs.store.store import StoreAway
from jobs.wire.connect import RedisUnavailable

REFUSALS = (
    *(SettingsError, UnknownRun, NotPossible, RedisUnavailable, HistoryError, HomeUnusable),
    *(DataSetError, Refused, LabelError, ChannelError, Refusal, StoreUnusable, StoreAway),
)


def main() -> None:
    """Runs the command line."""
    logging.basicConfig(level=logging.WARNING, format="trainyard: %(message)s")
    try:
        build()(prog_name="trainyard")
    except REFUSALS as refusal:
        _refuse(str(refusal))
    except RedisConnectionError as error:
        _refuse(f"Redis does not answer ({error}). Start everything with `./trainyard up`.")
    except RedisError as error:
        _refuse(f"Redis refused: {error}. `./trainyard doctor` says more.")
    except OperationalError as error:
        _refuse(f"The history database does not answer: {error.orig}. Try `./trainyard doctor`.")
    except ArgumentError:
        _refuse(
            "TRAINYARD_DATABASE_URL is no address of a database. Write e.g. "
            "postgresql://user:password@host/trainyard, or unset it to use SQLite."
        )
    except BrokenPipeError:
        # `trainyard logs | head`: whoever reads has enough.
        sys.stderr.close()
        sys.exit(0)


def _refuse(text: str) -> None:
    for line in text.splitlines():
        sys.stderr.write(f"trainyard: {line}\n")
    sys.exit(2)


if __name__ == "__main__":
    main()
