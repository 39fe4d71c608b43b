"""A run for MLflow: as a folder of its file store, or told to a tracking server."""
