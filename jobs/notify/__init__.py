"""Tells people of runs outside of the pages: webhooks and e-mail, for the owner of this Trainyard.

The recorder stores what is to be told (`jobs/recording/notices.py`) with the events themselves; the
courier, a thread beside it, carries it to each channel. To add a kind of channel: its name in
`channels.Kind` and its body in `bodies.py`.
"""
