"""The pages, and the live points that are pushed to them. Imports nothing of torch."""
