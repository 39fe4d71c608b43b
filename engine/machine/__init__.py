"""What a run gets of its machine: device, threads, numbers, and the model as a step calls it."""
