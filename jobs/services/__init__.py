"""What pages and command line may do and ask: they use only this."""
