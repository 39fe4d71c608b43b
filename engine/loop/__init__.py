"""The parts of the training loop, which `engine/train.py` puts together."""
