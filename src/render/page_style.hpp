#pragma once
// The style sheet of the page.

#include <string_view>

namespace telltale::render {

inline constexpr std::string_view page_style = R"(
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --ink: #1b2430; --faint: #5b6675; --line: #d9dee5;
  --good: #17703a; --good-wash: #e6f4ea; --bad: #b3261e; --bad-wash: #fcebea;
  --doubt: #8a5a00; --doubt-wash: #fdf3dc; --link: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --sheet: #1a2028; --ink: #e4e8ee; --faint: #9aa6b5; --line: #303945;
    --good: #6fd394; --good-wash: #17301f; --bad: #ff8f87; --bad-wash: #3a1c1b;
    --doubt: #f0c060; --doubt-wash: #342a14; --link: #7db8f5;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 82rem; padding: 1.25rem; background: var(--ground);
  color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.3rem; margin: 0; letter-spacing: .01em; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1.05rem; margin: 0; }
h4 { font-size: .95rem; margin: 1rem 0 .3rem; }
p { margin: .35rem 0; }
a { color: var(--link); }
code, .code { font-family: ui-monospace, "SFMono-Regular", Menlo, "DejaVu Sans Mono", monospace;
  font-size: .92em; overflow-wrap: anywhere; }
.faint { color: var(--faint); }
header { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; align-items: baseline; }
header nav { margin-left: auto; display: flex; gap: 1rem; }
.status { display: inline-block; padding: .05rem .6rem; border-radius: 1rem; font-weight: 600;
  font-size: .9rem; border: 1px solid currentColor; }
.open { color: var(--good); background: var(--good-wash); }
.closed { color: var(--bad); background: var(--bad-wash); }
.unknown { color: var(--doubt); background: var(--doubt-wash); }
.verdict-survives { color: var(--good); }
.verdict-unknown { color: var(--doubt); font-weight: 600; }
.verdict-breaks, .verdict-broken { color: var(--bad); font-weight: 600; }
caption { text-align: left; padding: .4rem .7rem; color: var(--faint); }
.gate { background: var(--sheet); border: 1px solid var(--line); border-left: .4rem solid;
  border-radius: .4rem; padding: .8rem 1rem; margin: 0 0 1rem; }
.gate.is-open { border-left-color: var(--good); }
.gate.is-closed { border-left-color: var(--bad); }
.gate.is-unknown { border-left-color: var(--doubt); }
.gate h3 .status { margin-left: .6rem; }
.scroll { overflow-x: auto; background: var(--sheet); border: 1px solid var(--line);
  border-radius: .4rem; }
.gate .scroll { margin-top: .6rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem; }
thead th { color: var(--faint); font-weight: 600; font-size: .82rem; white-space: nowrap; }
table.matrix thead th { white-space: normal; overflow-wrap: normal; }
.scroll + h3 { margin: 1.2rem 0 .5rem; }
tbody { border-top: 1px solid var(--line); }
tbody.rows tr + tr { border-top: 1px solid var(--line); }
tbody td.more { padding-top: 0; padding-bottom: .6rem; }
td.fixed, td.number { white-space: nowrap; }
td.number, th.number { text-align: right; }
ul.findings { list-style: none; margin: 0 0 .4rem; padding: 0; }
ul.findings li { margin: 0 0 .35rem; padding-left: .7rem; border-left: .2rem solid var(--line); }
ul.findings li.error { border-left-color: var(--bad); }
ul.findings li.warning { border-left-color: var(--doubt); }
.severity { font-weight: 600; }
.error .severity { color: var(--bad); }
.warning .severity { color: var(--doubt); }
.info .severity { color: var(--faint); }
.past { color: var(--bad); font-weight: 600; }
th[scope="rowgroup"] { min-width: 13rem; }
th .faint { font-weight: 400; }
td.hint { min-width: 15rem; }
.details { display: flex; flex-wrap: wrap; gap: 0 1.4rem; }
details { margin: .15rem 0; }
details[open] { flex-basis: 100%; }
summary { cursor: pointer; color: var(--faint); }
details ol { margin: .3rem 0; padding-left: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem;
  margin: .4rem 0 .8rem 1rem; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
.note { background: var(--doubt-wash); border-radius: .4rem; padding: .5rem .9rem; margin: 0 0 1rem; }
footer { margin-top: 2rem; color: var(--faint); font-size: .88rem; }
)";

}  // namespace telltale::render
