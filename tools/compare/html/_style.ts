/** The looks of the page: light or dark as the reader's system is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --raised: #f4f4f0; --ink: #1d1e22; --dim: #595c66;
  --line: #dcdcd6; --link: #0a579f; --focus: #0a579f;
  --bad: #b5271a; --good: #17694f; --fault: #f6ecd6; --nobody: #6c6f78; --shade: #0003;
  --member-0: #0068ad; --member-1: #00765e; --member-2: #98407f;
  --none: #e2f0ec; --few: #fcf0c2; --many: #f8cb93; --all: #8c2312; --on-all: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16171b; --raised: #1f2127; --ink: #ececea; --dim: #abaeb9;
    --line: #35373f; --link: #83bdf5; --focus: #83bdf5;
    --bad: #ff8572; --good: #6fd3ad; --fault: #302a1c; --nobody: #9a9da8; --shade: #000a;
    --member-0: #62b6f3; --member-1: #45cfa6; --member-2: #e495d2;
    --none: #16332d; --few: #453a14; --many: #6b4012; --all: #b2432e; --on-all: #fff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.2; text-wrap: balance; letter-spacing: -0.011em; }
h1 { font-size: clamp(1.7rem, 5vw, 2.5rem); margin: 0 0 1rem; max-width: 22em; }
h2 { font-size: 1.5rem; margin: 4rem 0 1rem; padding-top: 1rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1.2rem; margin: 0 0 0.25rem; }
p, ul { margin: 0 0 1rem; max-width: 44rem; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; padding: 0.5rem 1rem; background: var(--paper); z-index: 2; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.lede { font-size: 1.15rem; }
.strategies { margin: 0 0 1rem; max-width: 44rem; } .strategies div { display: flex; gap: 0 1rem; margin: 0 0 0.6rem; }
.strategies dt { flex: none; width: 5rem; font-weight: 600; } .strategies dd { margin: 0; } .strategies strong { font-weight: 600; }
.outcome { font-weight: 600; padding: 0.6rem 0.9rem; border-left: 4px solid currentColor; background: var(--raised); max-width: none; }
.expected { color: var(--good); }
.unexpected, .threw, .bad { color: var(--bad); }
.which h2 { border: 0; margin: 2rem 0 0.5rem; padding: 0; }
.overview { table-layout: fixed; border-collapse: separate; border-spacing: 3px; margin: 0 -3px 0.75rem; width: calc(100% + 6px); }
.overview th { border: 0; } .overview th:first-child { width: 25%; padding-left: 3px; } .overview caption { padding-left: 3px; }
.overview thead th { white-space: normal; vertical-align: bottom; font-size: 1rem; padding: 0 0.6rem 0.2rem; }
.overview small { display: block; color: var(--dim); font-weight: 400; font-size: 0.85rem; }
.overview tbody th a { color: inherit; text-decoration-color: var(--dim); }
.overview td { border: 0; border-radius: 4px; padding: 0.45rem 0.6rem 0.5rem; vertical-align: middle; }
.overview td:not(.absent) { display: table-cell; }
.amount { display: inline-block; width: 4.9em; font-weight: 600; white-space: nowrap; }
.overview .glyph { width: calc(100% - 5em); height: 11px; vertical-align: -0.08em; }
.overview .name { display: none; } .nothing { color: var(--dim); }
.glyph { overflow: visible; } .key .glyph { width: 7rem; height: 11px; margin: 0 0.35rem; vertical-align: -0.08em; }
.glyph .track { fill: currentColor; fill-opacity: 0.16; } .glyph .fill { fill: currentColor; }
.glyph path { fill: none; stroke: currentColor; vector-effect: non-scaling-stroke; stroke-width: 1px; }
.glyph .axis { stroke-opacity: 0.45; } .glyph .band { fill: currentColor; fill-opacity: 0.4; } .glyph .middle { stroke-width: 3px; }
.key li { max-width: 44rem; } .key b { color: var(--ink); font-weight: 600; }
.classes { margin: 0 0 2rem; } .classes dt { font-weight: 600; margin-top: 0.8rem; color: var(--ink); } .classes dd { margin: 0; } .classes ul { margin: 0.25rem 0 0; }
.servers li, .changes li { margin: 0 0 0.6rem; } .servers small, .number { color: var(--dim); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.6rem 1.5rem; margin: 1.5rem 0 0; }
.facts dt, .fault, .back, footer, caption, .legend, details { color: var(--dim); font-size: 0.9rem; }
.facts dd { margin: 0; }
.number { color: var(--dim); font-weight: 400; }
/* A shadow at each edge behind which there is more, covered where there is none. */
.scroll {
  overflow-x: auto; position: relative; background:
    linear-gradient(to right, var(--paper) 35%, transparent) left, linear-gradient(to left, var(--paper) 35%, transparent) right,
    linear-gradient(to right, var(--shade), transparent) left, linear-gradient(to left, var(--shade), transparent) right;
  background-repeat: no-repeat; background-size: 2.5rem 100%, 2.5rem 100%, 0.9rem 100%, 0.9rem 100%;
  background-attachment: local, local, scroll, scroll;
}
table { border-collapse: collapse; width: 100%; margin: 0 0 1rem; font-size: 0.9rem; line-height: 1.4; }
caption { text-align: left; padding: 0 0 0.4rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.7rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead th { border-bottom: 1px solid var(--dim); white-space: nowrap; }
.right { text-align: right; }
.summary { min-width: 46rem; }
.summary thead th:not(:first-child) { padding-left: 0.75rem; }
.summary thead th:first-child { padding-left: 0; }
.summary thead th { background: var(--paper); }
.summary tbody th { font-weight: 400; width: 34%; min-width: 13rem; padding-left: 0; }
.summary tbody th a { color: inherit; text-decoration: none; }
.summary tbody th a:hover, .summary td a:hover { text-decoration: underline; }
.summary .section th { font-weight: 600; padding: 1.1rem 0 0.35rem; }
.summary td { padding: 0; border: 2px solid var(--paper); }
.summary td a { display: flex; gap: 0.35rem; padding: 0.38rem 0.6rem; color: inherit; text-decoration: none; }
.verdict { white-space: nowrap; } figcaption .expected { color: var(--dim); }
.summary .unexpected, figcaption .unexpected { display: inline-block; padding: 0 0.4em; border-radius: 0.2em; background: var(--bad); color: var(--paper); }
.summary a:focus-visible { outline-color: currentColor; outline-offset: -3px; }
.sign { flex: none; width: 1.1em; text-align: center; }
.none { background: var(--none); } .few { background: var(--few); }
.many { background: var(--many); } .all { background: var(--all); color: var(--on-all); }
.quiet, .absent { background: var(--raised); }
.summary td .expected { color: inherit; }
.legend + .legend { display: block; margin-top: -0.5rem; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.35rem 1.4rem; max-width: none; }
.chart-legend li { display: flex; gap: 0.6rem; }
.legend svg { flex: none; margin-top: 0.15em; overflow: visible; }
.chart-legend { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); }
.swatch { display: inline-block; width: 1.5em; text-align: center; color: var(--ink); }
.swatch.all { color: var(--on-all); }
article { margin: 0 0 3.5rem; padding-top: 0.5rem; }
.fault { margin-bottom: 1rem; }
abbr { text-decoration: none; } .words th[scope="row"] { width: 6rem; } .words td { width: 45%; }
.words p { margin: 0.25rem 0 0; } .because { color: var(--dim); }
.figures { width: auto; } .figures th, .figures td { white-space: nowrap; }
.figures td[data-name="also"] { white-space: normal; min-width: 14rem; }
figure { margin: 1.5rem 0 1.2rem; }
figcaption strong { margin-right: 0.5em; } figcaption small { display: block; color: var(--dim); }
figure:target, article:target > h3 { outline: 2px solid var(--focus); outline-offset: 4px; }
.timeline { display: block; width: 100%; height: auto; color: var(--dim); overflow: visible; }
.timeline svg { overflow: visible; }
.narrow { display: none; max-width: 28rem; }
summary { cursor: pointer; }
.columns { max-width: 44rem; margin-top: 1rem; } .columns dt { font-weight: 600; margin-top: 0.5rem; } .columns dd { margin: 0; }
details ul { padding-left: 1.2rem; }
.scroll:focus-visible { outline-offset: -3px; }
footer { border-top: 1px solid var(--line); padding-top: 1rem; }
@media screen and (max-width: 48rem) {
  .wide { display: none; } .narrow { display: block; }
}
@media screen and (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  .summary { min-width: 0; }
  .summary, .summary caption, .summary thead, .summary tbody { display: block; }
  .summary tr { display: grid; grid-template-columns: repeat(var(--strategies), minmax(6.4rem, 1fr)); }
  .summary tbody th, .summary thead th:first-child { grid-column: 1 / -1; width: auto; min-width: 0; border-bottom: 0; }
  .summary tbody th { padding-top: 0.6rem; }
  .summary thead th:first-child { display: none; }
  .summary td a { display: block; padding: 0.3rem; height: 100%; } .summary .sign { display: block; text-align: left; } .summary .unexpected { white-space: normal; }
  .strategies div { display: block; }
  .overview, .overview caption, .overview tbody, .overview tr { display: block; }
  .overview thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .overview tbody th:first-child { display: block; width: auto; padding: 0.7rem 3px 0.2rem; } .overview small { display: inline; }
  .overview td, .overview td:not(.absent) { display: grid; grid-template-columns: 4.4rem 2.6rem 1fr 4.3rem 1fr; gap: 0.3rem; align-items: center; margin: 2px 0; padding: 0.3rem 0.5rem; }
  .overview .name { display: inline; } .overview .nothing { grid-column: 2 / -1; } .overview .glyph { width: 100%; } .amount { width: auto; text-align: right; }
  .words, .words caption, .words thead, .words tbody, .figures, .figures caption, .figures tbody { display: block; }
  .words tr { display: grid; grid-template-columns: 1fr 1fr; }
  .words th[scope="row"] { grid-column: 1 / -1; width: auto; padding: 0.5rem 0 0; border: 0; } .words thead th:first-child { display: none; }
  .words thead th { white-space: normal; } .words th, .words td { padding-left: 0; width: auto; }
  .figures thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .figures tr { display: flex; flex-wrap: wrap; gap: 0 1.2rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .figures tbody th { width: 100%; } .figures tbody th, .figures tbody td { padding: 0; border: 0; text-align: left; }
  .figures td:empty { display: none; } .figures td { min-width: 0; white-space: normal; } .figures td::before { content: attr(data-name) " "; color: var(--dim); }
}
@media print {
  :root {
    color-scheme: light; --paper: #fff; --raised: #f4f4f0; --ink: #000; --dim: #444;
    --line: #ccc; --link: #000; --bad: #b5271a; --good: #17694f; --fault: #f6ecd6; --nobody: #666;
    --member-0: #0068ad; --member-1: #00765e; --member-2: #98407f;
    --none: #e2f0ec; --few: #fcf0c2; --many: #f8cb93; --all: #8c2312; --on-all: #fff;
  }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .skip, .back, details { display: none; }
  .scroll { overflow: visible; } .summary { min-width: 0; } a { color: inherit; } a[href^="http"]::after { content: " (" attr(href) ")"; }
  figure, tr, .facts, .figures, .words { break-inside: avoid; } h2, h3, caption { break-after: avoid; }
}
`;
