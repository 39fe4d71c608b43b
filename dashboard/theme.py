"""How the dashboard looks: Streamlit's theme for both modes, and the CSS it lacks."""

from __future__ import annotations

from typing import Any

_BOTH: dict[str, Any] = {
    "theme.baseRadius": "8px",
    "theme.buttonRadius": "8px",
    # Streamlit ships Source Sans: the same letters on every machine, nothing fetched.
    "theme.font": "sans-serif",
    "theme.headingFontSizes": ["1.75rem", "1.35rem", "1.1rem", "0.95rem", "0.9rem", "0.85rem"],
    "theme.headingFontWeights": [650, 650, 600, 600, 600, 600],
    "theme.showWidgetBorder": True,
    "theme.linkUnderline": False,
}

_LIGHT: dict[str, Any] = {
    "primaryColor": "#4f46e5",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f6f7f9",
    "textColor": "#16181d",
    "borderColor": "#e4e6eb",
    "codeBackgroundColor": "#f6f7f9",
    "codeTextColor": "#16181d",
    "linkColor": "#4338ca",
    "redTextColor": "#b42318",
    "orangeTextColor": "#9a4f00",
    "dataframeBorderColor": "#e4e6eb",
    "dataframeHeaderBackgroundColor": "#f6f7f9",
}

_DARK: dict[str, Any] = {
    "primaryColor": "#5d5fef",
    "backgroundColor": "#0e0f13",
    "secondaryBackgroundColor": "#16181e",
    "textColor": "#e6e8ee",
    "borderColor": "#272a33",
    "codeBackgroundColor": "#16181e",
    "codeTextColor": "#e6e8ee",
    "linkColor": "#a5b4fc",
    "redTextColor": "#ff8a7a",
    "orangeTextColor": "#f5b26b",
    "dataframeBorderColor": "#272a33",
    "dataframeHeaderBackgroundColor": "#16181e",
}

OPTIONS: dict[str, Any] = {
    **_BOTH,
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}
"""set in code, so that the theme does not depend on the folder the server was started in"""

COLOURS = ("#3f78ff", "#e8833a", "#14a37f", "#cc1760", "#a78dc1", "#b58f58", "#27765e", "#9f438c")
"""of curves, told apart by colour-blind eyes in both modes: tests/dashboard/test_palette.py"""

# Streamlit's own variables reach components only, so these colours derive from the text's.
CSS = """
<style>
.stApp { --yard-line: color-mix(in srgb, currentColor 14%, transparent);
  --yard-accent: light-dark(#4f46e5, #a5b4fc); --yard-page: light-dark(#ffffff, #0e0f13);
  --yard-quiet: color-mix(in srgb, currentColor 5%, transparent);
  --yard-shade: color-mix(in srgb, currentColor 16%, transparent); }
[data-testid="stMainBlockContainer"] { padding: .9rem 2rem 4rem; max-width: 1360px; }
[data-testid="stAppViewContainer"] { font-variant-numeric: tabular-nums; }
[data-testid="stHeader"] { background: transparent; pointer-events: none; }
.st-key-bar { padding-bottom: .7rem; margin-bottom: .8rem; }
.st-key-bar { border-bottom: 1px solid var(--yard-line); }
.yard-logo { margin-right: 1rem; }
[data-testid="stToolbarActions"], [data-testid="stMainMenu"], [data-testid="stDecoration"],
[data-testid="stAppDeployButton"], [data-testid="stHeaderActionElements"] { display: none; }
/* the question mark beside a label; a button that has help stands in the same kind of box */
[data-testid="stTooltipIcon"]:not(:has([data-testid^="stBaseButton"])) { opacity: .35; }
[data-testid="stTooltipIcon"]:hover { opacity: 1; }
@media (hover: hover) {
  [data-testid="stNumberInputContainer"]:not(:hover):not(:focus-within) button { opacity: 0; }
}
[data-testid="stHeading"] h1, h1 { letter-spacing: -.02em; padding: 0 !important; }
h4 { padding: 0 0 .3rem !important; }
.stHtml h1 { overflow-wrap: anywhere; margin: 0; font-size: 1.75rem; }
[data-testid="stStatusWidget"] { opacity: .45; }
[class*="st-key-problem-"] p { line-height: 1.35; }
label .stMarkdownColoredText { color: var(--yard-accent) !important; }
[data-testid="stCaptionContainer"]:has(.stMarkdownColoredText) { opacity: 1; }
[class*="st-key-facts"] [data-testid="stMetric"] { padding: 0; }
/* A shade at an edge says that there is more behind it: it is covered where the table ends. */
.yard-table { overflow-x: auto; background:
  linear-gradient(90deg, var(--yard-page) 40%, transparent) 0 / 2rem 100% no-repeat local,
  linear-gradient(-90deg, var(--yard-page) 40%, transparent) 100% / 2rem 100% no-repeat local,
  linear-gradient(90deg, var(--yard-shade), transparent) 0 / .9rem 100% no-repeat,
  linear-gradient(-90deg, var(--yard-shade), transparent) 100% / .9rem 100% no-repeat; }
.yard-table table { width: 100%; border-collapse: collapse; font-size: .9rem; margin: 0; }
.yard-table th { text-align: left; font-weight: 500; font-size: .8rem;
  color: color-mix(in srgb, currentColor 62%, transparent); }
.yard-table th, .yard-table td {
  padding: .34rem .75rem .34rem 0; border: 0; border-bottom: 1px solid var(--yard-line);
  white-space: nowrap;
}
.yard-table tr:last-child td { border-bottom: 0; }
.yard-table td:last-child, .yard-table th:last-child { padding-right: 0; }
.yard-table th { white-space: normal; vertical-align: bottom; }
.yard-table td.long { white-space: normal; overflow-wrap: anywhere; min-width: 14rem; }
.yard-table td small { display: block; opacity: .6; font-weight: 400; font-size: .75rem; }
.yard-low { max-height: 27rem; overflow: auto; }
.yard-low th { position: sticky; top: 0; background: var(--yard-page); }
.yard-table td.number { text-align: right; font-variant-numeric: tabular-nums; }
.yard-table th.number { text-align: right; }
/* What follows a number stands at the left of its column: it would touch it. */
.yard-table :is(td, th).number + :is(td, th):not(.number) { padding-left: .75rem; }
.yard-table a { color: var(--yard-accent); text-decoration: none; }
.yard-table a:hover { text-decoration: underline; }
/* Streamlit pulls up what follows a text: a title would not stand level with what is beside it. */
.st-key-head [data-testid="stMarkdownContainer"],
[data-testid="stMarkdownContainer"]:has(h4) { margin-bottom: 0; }
[class*="st-key-section"] h4 { padding: 0 !important; }
.st-key-results { margin-top: 1rem; }
/* room for the charts before they come: what is below them must not jump */
[class*="st-key-live-"] { min-height: 480px; }
/* as high as the boxes beside them */
[data-testid="stButtonGroup"] [role="radiogroup"] button { min-height: 2.5rem; }
.st-key-filters [data-testid="stButtonGroup"] button { min-height: 2rem; }
[data-testid="stButtonGroup"] button[aria-checked="true"],
[role="tab"][aria-selected="true"] { color: var(--yard-accent) !important; }
/* A lost connection is told by the page, quietly; it comes back by itself. */
body:not(:has([data-test-connection-state="CONNECTED"])) [data-testid="stDialog"] { display: none; }
body:has([data-test-connection-state="PINGING_SERVER"]):not(:has(.ty-note:not([hidden])))::after {
  content: "Connection lost. Reconnecting…"; position: fixed; z-index: 1000; left: 50%;
  bottom: 1.5rem; translate: -50%; padding: .4rem .9rem; border-radius: 99px;
  font-size: .85rem; white-space: nowrap;
  background: #16181d; color: #fff; border: 1px solid #3a3d46; animation: yard-late 2s step-end;
}
@keyframes yard-late { from { opacity: 0; } to { opacity: 1; } }
.yard-table td.strong { font-weight: 650; }
.yard-table td.mark { color: var(--yard-accent); font-weight: 600; }
.yard-table td:first-child:not(.mark) {
  color: color-mix(in srgb, currentColor 78%, transparent); }
.stHtml h5 { padding: .6rem 0 .35rem; font-size: .9rem; font-weight: 600; margin: 0; }
[data-testid="stColumn"] [data-testid="stElementContainer"]:first-child h5 { padding-top: 0; }
.yard-texts, .yard-cards { display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
.yard-texts pre { margin: 0; padding: .8rem .9rem; max-height: 26rem; overflow: auto;
  border: 1px solid var(--yard-line); border-radius: 8px; background: var(--yard-quiet);
  font-size: .8rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; }
.yard-texts mark { background: none; color: var(--yard-accent); font-weight: 600; }
.yard-pictures { display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(7.2rem, 1fr)); }
.yard-pictures figure { margin: 0; }
.yard-pictures img { width: 100%; aspect-ratio: 1; object-fit: contain; display: block;
  image-rendering: pixelated; border-radius: 6px; background: var(--yard-quiet); }
.yard-pictures figcaption { font-size: .82rem; padding-top: .25rem; overflow-wrap: anywhere; }
.yard-pairs { display: grid; gap: .4rem; grid-template-columns: repeat(8, 1fr); }
.yard-pairs figure { margin: 0; display: grid; gap: .4rem; }
.yard-pairs img { width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated;
  border-radius: 4px; background: var(--yard-quiet); }
.yard-changes article { border-bottom: 1px solid var(--yard-line); padding: .45rem 0 .55rem; }
.yard-changes article:first-child { padding-top: 0; }
.yard-changes article:last-child { border-bottom: 0; }
.yard-changes p { margin: 0; font-size: .85rem; line-height: 1.45; overflow-wrap: anywhere;
  white-space: pre-wrap; }
.yard-changes p:first-of-type, .yard-changes small { opacity: .62; }
.yard-changes small { font-size: .75rem; }
.yard-changes mark { color: var(--yard-accent); border-radius: 3px; padding: 0 .15em;
  background: color-mix(in srgb, var(--yard-accent) 15%, transparent); }
.yard-changes del { opacity: .45; }
.yard-series { display: grid; gap: .6rem 1rem; grid-template-columns: repeat(2, 1fr); }
.yard-series img { width: 100%; height: 4.2rem; display: block; }
.yard-series + small { font-size: .75rem; opacity: .62; }
.yard-cards article { border: 1px solid var(--yard-line); border-radius: 8px;
  padding: .7rem .9rem; display: flex; flex-direction: column; gap: .5rem; }
.yard-cards p { margin: 0; font-size: .88rem; overflow-wrap: anywhere; flex: 1; }
.yard-cards footer { font-size: .82rem; overflow-wrap: anywhere; }
.yard-pictures small, .yard-cards small { display: block; opacity: .6; font-size: .75rem; }
.yard-pictures i, .yard-cards i { font-style: normal; font-weight: 600; }
.yard-pictures span, .yard-cards span { opacity: .6; }
.yard-pictures b, .yard-cards b { color: light-dark(#15803d, #6ee7a0); }
.yard-pictures i, .yard-cards i { color: light-dark(#b42318, #ff8a7a); }
.stHtml .yard-moment { margin: 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
.yard-watched figure, .yard-watched article { min-width: 0; }
.yard-watched em { font-style: normal; font-weight: 600; }
.yard-watched small { display: inline !important; font-variant-numeric: tabular-nums; }
.yard-strip { display: flex; align-items: flex-end; gap: 1px; height: 12px; margin-top: .35rem; }
.yard-strip s { flex: 1; max-width: 8px; border-radius: 1px; text-decoration: none; opacity: .55; }
.yard-strip s.right { height: 100%; background: light-dark(#178f6d, #22a884); }
.yard-strip s.wrong { height: 40%; background: light-dark(#c0392f, #ff8a7a); }
.yard-strip s.now { opacity: 1; outline: 1.5px solid currentColor; outline-offset: .5px; }
.yard-columns { display: grid; gap: .75rem; padding-top: .4rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 16.5rem), 1fr)); }
.yard-wide { grid-template-columns: repeat(auto-fit, minmax(min(100%, 16.5rem), 1fr)); }
.yard-columns article { border: 1px solid var(--yard-line); border-radius: 8px; min-width: 0;
  padding: .7rem .9rem .8rem; display: flex; flex-direction: column; gap: .15rem; }
.yard-columns header { display: flex; flex-wrap: wrap; gap: .2rem .5rem; align-items: baseline; }
.yard-columns b { font-weight: 600; font-size: .92rem; overflow-wrap: anywhere; min-width: 0; }
.yard-columns em { font-style: normal; font-size: .72rem; color: light-dark(#9a4f00, #f5b26b); }
.yard-columns small { font-size: .76rem; opacity: .66; overflow-wrap: anywhere; }
.yard-histogram { height: 54px; margin: .45rem 0 .3rem; display: flex; align-items: flex-end;
  gap: 1px; border-bottom: 1px solid var(--yard-line); }
.yard-histogram i { flex: 1; background: var(--yard-accent); border-radius: 1px 1px 0 0; }
/* one row among millions can still be seen */
.yard-histogram i:not([style^="height:0.0%"]) { min-height: 2px; }
.yard-bars { display: grid; grid-template-columns: minmax(2rem, max-content) 1fr max-content;
  gap: .22rem .7rem; margin: .5rem 0 0; padding: 0; font-size: .8rem; align-items: center; }
.stHtml .yard-bars { padding: 0; }
.yard-bars dt { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 8rem; }
.yard-bars dd { margin: 0; min-width: 0; opacity: .66; white-space: nowrap; font-size: .76rem; }
.yard-bars dd:has(i) { opacity: 1; }
.yard-thumbnails article > div { display: flex; flex-wrap: wrap; gap: 4px; }
.yard-thumbnails img { width: 64px; height: 64px; border-radius: 3px; }
.yard-bars i { display: block; height: .55rem; border-radius: 2px; min-width: 2px;
  background: var(--yard-accent); }
.yard-chips { display: flex; flex-wrap: wrap; gap: .35rem; padding: .15rem 0; }
.yard-chip { padding: .05rem .55rem; border-radius: 99px; font-size: .8rem; overflow-wrap: anywhere;
  background: color-mix(in srgb, var(--yard-accent) 14%, transparent); }
.yard-place { background: none; border: 1px solid var(--yard-line); }
.stHtml .yard-from { margin: 0; font-size: .875rem; overflow-wrap: anywhere; }
.yard-from a { color: var(--yard-accent); text-decoration: none; }
.yard-from a:hover { text-decoration: underline; }
[class*="st-key-checkpoint-"], [class*="st-key-entry-"] {
  border-bottom: 1px solid var(--yard-line); padding: .1rem 0 .45rem; }
[class*="st-key-checkpoint-"] [data-testid$="Container"],
[class*="st-key-entry-"] :is([data-testid="stMarkdownContainer"],
  [data-testid="stCaptionContainer"]) { margin-bottom: 0; overflow-wrap: anywhere; }
[class*="st-key-checkpoint-"] p, [class*="st-key-entry-"] p { margin: 0 !important; }
.stHtml .yard-written { margin: .15rem 0; font-size: .9rem; white-space: pre-wrap;
  overflow-wrap: anywhere; max-height: 9rem; overflow-y: auto; }
@media (min-width: 1100px) {
  .st-key-aside { position: sticky; top: 1.25rem; align-self: flex-start; }
  [data-testid="stColumn"]:has(> * > .st-key-aside) { align-self: stretch; }
}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: .8rem 1rem 3rem; }
  [data-testid="stElementContainer"]:has(.yard-logo) { display: none; }
  .st-key-bar { gap: 0 .1rem !important; }
  .st-key-bar [data-testid="stPageLink"] a { padding-inline: .35rem; }
  .st-key-bar [data-testid="stPageLink"] p { font-size: .85rem; }
  /* columns that stand below each other need no gap of columns */
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) { row-gap: 1rem; }
  .yard-table td:has(a) { white-space: normal; min-width: 8rem; }
  .st-key-actions { justify-content: flex-start; gap: .5rem; padding-top: .4rem; }
  .st-key-actions button { padding-inline: .6rem; }
  .st-key-search, .st-key-search > div { width: 100% !important; }
  /* two lines: the number of parameters is known only when the run begins */
  .st-key-summary { min-height: 2.8rem; }
  .st-key-filters [data-testid="stButtonGroup"] [role],
  .st-key-topic [data-testid="stButtonGroup"] [role] { flex-wrap: wrap; }
}
</style>
"""
