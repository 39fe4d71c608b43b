"""Streamlit's settings, safe and fast: set in code, so that no file and no folder undoes them."""

from __future__ import annotations

from typing import Any

from dashboard import repairs, theme

OPTIONS: dict[str, Any] = {
    # The default collects garbage for 100 ms with the GIL held after every rerun: live points
    # then arrive with p95 2.8 s instead of 11 ms.
    "runner.postScriptGC": False,
    # Bare expressions would appear on the page.
    "runner.magicEnabled": False,
    "browser.gatherUsageStats": False,
    # The form says a widget's value twice, see `form/widgets.py`.
    "global.disableWidgetStateDuplicationWarning": True,
    "client.toolbarMode": "minimal",
    "client.showErrorLinks": False,
    "client.showErrorDetails": "none",
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.address": "127.0.0.1",
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.maxUploadSize": 200,
}


def apply(port: int) -> None:
    """Reads Streamlit's configuration files and lays ours over them."""
    from streamlit.web import bootstrap

    repairs.apply()
    chosen = {**theme.OPTIONS, **OPTIONS}
    options = {name.replace(".", "_"): value for name, value in chosen.items()}
    bootstrap.load_config_options({**options, "server_port": port})
