"""Trains. Knows nothing of Redis, RQ or Streamlit: settings in, typed events out."""
