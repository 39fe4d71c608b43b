"""Live points and facts, pushed to the browser: history first, then the tail of the stream."""
