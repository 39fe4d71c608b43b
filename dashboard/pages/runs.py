"""tmp"""
def page() -> None:
    pass
