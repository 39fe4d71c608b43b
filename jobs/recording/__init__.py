"""How the recorder keeps what runs say: fold the events, write the chunks, tend the queue."""
