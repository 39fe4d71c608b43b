"""What a browser without the cookie sees: paste your token. One file, no script, both themes."""

from __future__ import annotations

from html import escape
from string import Template

from starlette.responses import HTMLResponse

PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Log in · Trainyard</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; --ground: #fafafa; --card: #fff; --line: #e4e4e7;
  --text: #18181b; --quiet: #63636b; --strong: #4f46e5; --on-strong: #fff; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ground: #0c0c0e; --card: #151518; --line: #2a2a2f;
  --text: #ececef; --quiet: #a0a0a9; --strong: #5d5fef; --on-strong: #fff; --bad: #ff8a7a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--ground); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 400px; padding: 32px; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px; }
h1 { margin: 0 0 8px; font-size: 20px; letter-spacing: -.01em; }
p { margin: 0 0 20px; color: var(--quiet); }
code { font: 13px ui-monospace, Menlo, monospace; color: var(--text); }
label { display: block; margin-bottom: 6px; font-weight: 500; }
input, button { width: 100%; padding: 10px 12px; border-radius: 8px; font: inherit; }
input { border: 1px solid var(--line); background: var(--ground); color: var(--text); }
button { margin-top: 14px; border: 0; background: var(--strong); color: var(--on-strong);
  font-weight: 600; cursor: pointer; }
:focus-visible { outline: 2px solid var(--strong); outline-offset: 2px; }
.wrong { margin: 8px 0 0; color: var(--bad); }
</style></head><body><main>
<h1>Log in to Trainyard</h1>
<p>Open the address that <code>./trainyard up</code> printed, or paste the token from it.
It also stands in the file <code>token</code> of Trainyard's folder.</p>
<form method="post" action="$base/login">
<input type="hidden" name="next" value="$next">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" autofocus required>
$wrong<button>Log in</button></form>
</main></body></html>
""")
WRONG = '<p class="wrong" role="alert">This token does not match. Copy it again, whole.</p>'


def page(target: str, *, wrong: bool, base: str = "") -> HTMLResponse:
    """Status 401; after a good token it leads to `target`, a path on this server."""
    said = WRONG if wrong else ""
    body = PAGE.substitute(next=escape(target, quote=True), wrong=said, base=base)
    # With `no-referrer` browsers send "Origin: null" with a form, which the guard refuses.
    headers = {"cache-control": "no-store", "referrer-policy": "same-origin"}
    return HTMLResponse(body, status_code=401, headers=headers)
