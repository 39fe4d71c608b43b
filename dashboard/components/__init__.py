"""Our own small pieces of browser code, each a script and a style sheet beside its Python face."""
