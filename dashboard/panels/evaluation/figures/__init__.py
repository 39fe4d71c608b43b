"""Still Plotly figures of one evaluation. Names of classes are escaped: Plotly reads markup."""
