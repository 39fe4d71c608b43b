"""Starts, watches and ends the processes of one machine: what `./trainyard up` is made of."""
