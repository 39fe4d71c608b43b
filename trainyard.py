"""Watch a training script of your own on Trainyard's pages:

    import trainyard

    run = trainyard.init(name="baseline", config={"lr": 1e-3})
    for step in range(1, 1001):
        trainyard.log({"train/loss": train_step()}, step=step)
    trainyard.finish()

`log` takes microseconds and never waits; without a server the points are delivered later.
"""

from jobs.own.begin import finish, init, log
from jobs.own.run import Run
from jobs.own.silent import Silent

__all__ = ["Run", "Silent", "finish", "init", "log"]
