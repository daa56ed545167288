"""How the report of an audit looks: on a wide screen, on a narrow one, by night, and on paper."""

from __future__ import annotations

import base64
import hashlib

CSS = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2430; --soft: #5a6475; --line: #d9dee6; --panel: #f5f7fa; --link: #1f5a99;
  --good: #17694a; --good-bg: #e8f5ee; --bad: #a61b2b; --bad-bg: #fdecee; --open: #7d5300; --open-bg: #fdf4df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181f; --ink: #e6eaf0; --soft: #a0abbb; --line: #333c4a; --panel: #1c222c; --link: #8fbcf0;
    --good: #7fd6ab; --good-bg: #15291f; --bad: #ff9aa5; --bad-bg: #351a1f; --open: #f0c56c; --open-bg: #31270f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 68rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1, h2, h3, h4, p, dl, ul { margin: 0; }
h1 { font-size: 2.2rem; line-height: 1.15; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; line-height: 1.25; margin-bottom: .35rem; }
h3 { font-size: 1.08rem; line-height: 1.3; overflow-wrap: anywhere; }
h4 {
  font-size: .8rem; text-transform: uppercase; letter-spacing: .06em; color: var(--soft);
  margin: 1.1rem 0 .3rem;
}
a { color: var(--link); }
code {
  font: .86em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  overflow-wrap: anywhere;
}
header .kind {
  font-size: .8rem; text-transform: uppercase; letter-spacing: .09em; color: var(--soft);
  margin-bottom: .35rem;
}
header .of { color: var(--soft); margin-top: .5rem; overflow-wrap: anywhere; }
section { margin-top: 3rem; }
.lead { color: var(--soft); max-width: 46rem; margin-bottom: 1rem; }
.verdict {
  margin-top: 1.75rem; padding: 1.4rem 1.6rem 1.5rem; border-radius: .6rem; border-left: .4rem solid;
}
.verdict h2 { font-size: 1.7rem; margin: 0 0 .3rem; }
.verdict p { max-width: 46rem; }
.verdict p + p { margin-top: .5rem; }
.verdict dl { display: flex; flex-wrap: wrap; gap: .8rem 2.5rem; margin-top: 1rem; }
.verdict.intact { background: var(--good-bg); border-color: var(--good); }
.verdict.intact h2 { color: var(--good); }
.verdict.violated { background: var(--bad-bg); border-color: var(--bad); }
.verdict.violated h2 { color: var(--bad); }
.verdict.unproven { background: var(--open-bg); border-color: var(--open); }
.verdict.unproven h2 { color: var(--open); }
nav { margin-top: 1.4rem; font-size: .93rem; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .8rem 1.5rem; }
dt { font-size: .8rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.numbers time { font-size: 1rem; }
.numbers dd { font-size: 1.2rem; font-variant-numeric: tabular-nums; line-height: 1.3; }
table { width: 100%; border-collapse: collapse; font-size: .94rem; }
th, td {
  text-align: left; vertical-align: top; padding: .55rem .9rem .55rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere;
}
td div { unicode-bidi: plaintext; }
thead th {
  font-size: .8rem; font-weight: 600; color: var(--soft); white-space: nowrap; overflow-wrap: normal;
}
tbody th { font-weight: 600; }
tbody th.plain { font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
.tight { white-space: nowrap; overflow-wrap: normal; }
.sub { display: block; font-weight: 400; color: var(--soft); font-size: .88em; }
.chip {
  display: inline-block; padding: .05rem .5rem; border-radius: 1rem; border: 1px solid;
  font-size: .8rem; line-height: 1.5; white-space: nowrap;
}
.chip.enforced { color: var(--good); }
.chip.advisory, .chip.quiet { color: var(--open); }
article {
  margin-top: 1.25rem; padding: 1.15rem 1.3rem 1.25rem; border: 1px solid var(--line);
  border-radius: .6rem;
}
article > .role { color: var(--soft); }
article dl { margin-top: .8rem; }
article > p.says { margin-top: .7rem; max-width: 46rem; }
article ul { padding-left: 1.1rem; }
article.wrong { border-left: .4rem solid var(--bad); }
article.gap { border-left: .4rem solid var(--open); }
.lines { margin-top: .7rem; font-size: .93rem; }
.lines div {
  display: grid; grid-template-columns: 3.2rem 1fr; gap: .6rem; padding: .35rem .7rem;
  background: var(--panel);
}
.lines div + div { border-top: 1px solid var(--line); }
.lines dt { padding-top: .1rem; }
dl.lines { display: block; }
footer {
  margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft);
  font-size: .88rem;
}
@media screen and (max-width: 42rem) {
  body { padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.7rem; }
  section { margin-top: 2.25rem; }
  .verdict { padding: 1.1rem 1.1rem 1.2rem; }
  .verdict dl { gap: .7rem 1.8rem; }
  dl { grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .7rem 1rem; }
  article { padding: .95rem 1rem 1.05rem; }
  table, tbody, tr, th, td { display: block; width: 100%; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  th, td { padding: .1rem 0; border: 0; }
  td { display: grid; grid-template-columns: 6.5rem 1fr; gap: .6rem; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .85rem; }
  td:has(> div:empty) { display: none; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --panel: #f4f4f4; --link: #000000;
    --good: #17694a; --good-bg: #ffffff; --bad: #a61b2b; --bad-bg: #ffffff; --open: #7d5300; --open-bg: #ffffff;
  }
  @page { margin: 16mm 15mm 18mm; }
  html { font-size: 9pt; }
  body { max-width: none; padding: 0; line-height: 1.42; }
  nav { display: none; }
  a { text-decoration: none; }
  h1 { font-size: 20pt; }
  section { margin-top: 1.8rem; }
  dl { grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .5rem 1.2rem; }
  th, td { padding-top: .35rem; padding-bottom: .35rem; }
  .verdict { border: 1px solid; border-left-width: .4rem; }
  h2, h3, h4, thead { break-after: avoid; }
  .lead { break-after: avoid; }
  tr, dl > div, .verdict, .lines { break-inside: avoid; }
  article { padding: .7rem .9rem .8rem; margin-top: .8rem; break-inside: avoid; }
  thead { display: table-header-group; }
}
"""


def css_hash() -> str:
    """What a Content-Security-Policy lets this style sheet in by, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()}'"
