"""What travels between processes: Redis, its keys, the journal, telemetry and control."""
