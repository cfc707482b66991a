// Keeps a page of telltale up to date. The page is whole without it: this fetches the page anew when
// the daemon says that something has changed, and puts what differs in place, so that what is open,
// selected, focused or scrolled to stays so. When the daemon is silent, the page says that it is old,
// and no gate on it says "open" any more.
"use strict";

(() => {
  const body = document.body;
  const live = document.getElementById("live");
  const news = document.getElementById("news");
  const seconds = 1000;
  const interval = Math.max(1, Number(body.dataset.interval) || 30) * seconds;
  const address = location.origin + location.pathname + location.search; // without a password in it
  const streamPause = 60 * seconds; // before a stream that was refused is asked for again

  let source = null;
  let streamRefusedAt = null;
  let isDirty = false; // the daemon said that something has changed
  let isFetching = false;
  let pause = 1 * seconds; // between two fetches, at least
  let failingSince = null;
  let trouble = ""; // since then

  // Clocks are set back, and the steady one may stand still while the machine sleeps: what either says
  // has passed has passed.
  const mark = () => ({ steady: performance.now(), civil: Date.now() });
  const passedSince = ({ steady, civil }) =>
    Math.max(performance.now() - steady, Date.now() - civil);

  let shownSince = mark(); // when what is shown was fetched
  let triedAt = mark();
  // For one answer: over a slow line a large page takes as long as it took the last time, and more.
  const patienceFor = (time) => Math.max(5 * seconds, Math.min(3 * time, interval));
  const firstTime = performance.getEntriesByType("navigation")[0]?.responseEnd ?? 0;
  let patience = patienceFor(firstTime);

  const say = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const timeText = (milliseconds) =>
    new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
  const asOf = () => document.getElementById("as-of").textContent;

  // ---- putting what differs in place

  const sameKind = (one, other) =>
    one.nodeType === other.nodeType && one.nodeName === other.nodeName;

  function morphAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  function morphChildren(old, fresh) {
    const known = new Map();
    for (const child of old.children) if (child.id) known.set(child.id, child);
    const kept = new Set();
    for (const child of fresh.children) if (known.has(child.id)) kept.add(child.id);
    let cursor = old.firstChild;
    // What has an id and is not in the fresh page any more is gone; it takes nobody's place.
    const skipGone = () => {
      while (cursor && cursor.id && !kept.has(cursor.id)) {
        const gone = cursor;
        cursor = cursor.nextSibling;
        gone.remove();
      }
    };
    for (const next of [...fresh.childNodes]) {
      skipGone();
      const match = next.id ? known.get(next.id) : undefined;
      if (match && sameKind(match, next)) {
        known.delete(next.id); // it is one thing's place, and no other's
        if (match === cursor) cursor = cursor.nextSibling;
        else old.insertBefore(match, cursor);
        morph(match, next);
      } else if (cursor && !cursor.id && !next.id && sameKind(cursor, next)) {
        const here = cursor;
        cursor = cursor.nextSibling;
        morph(here, next);
      } else {
        old.insertBefore(next, cursor);
      }
    }
    while (cursor) {
      const gone = cursor;
      cursor = cursor.nextSibling;
      gone.remove();
    }
  }

  function morph(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.nodeValue = fresh.nodeValue;
      return;
    }
    morphAttributes(old, fresh);
    morphChildren(old, fresh);
  }

  // What the reader or this script made of the page is carried over into the fresh one first.
  function carryOver(fresh) {
    for (const old of document.querySelectorAll("details[id]")) {
      const next = fresh.getElementById(old.id);
      if (next) next.toggleAttribute("open", old.open);
    }
    for (const old of document.querySelectorAll("[data-keep]")) {
      const next = fresh.getElementById(old.id);
      if (next) next.replaceWith(fresh.importNode(old, true));
    }
  }

  function replace(fresh) {
    const focused = document.activeElement;
    const focusedId = focused && focused.id;
    carryOver(fresh);
    for (const part of ["header", "main", "footer"]) {
      const old = document.querySelector(`body > ${part}`);
      const next = fresh.querySelector(`body > ${part}`);
      if (old && next) morph(old, next);
    }
    document.title = fresh.title;
    if (focusedId && document.activeElement !== focused) {
      document.getElementById(focusedId)?.focus({ preventScroll: true });
    }
  }

  // ---- what the gates say

  const gates = () => {
    const statuses = new Map();
    for (const gate of document.querySelectorAll("article.gate")) {
      statuses.set(gate.dataset.gate, gate.dataset.status);
    }
    return statuses;
  };

  let told = gates();

  function tellChanges() {
    const now = gates();
    const changes = [];
    for (const [gate, status] of now) {
      if (told.get(gate) !== status) changes.push(`Gate ${gate} is ${status}.`);
    }
    told = now;
    if (changes.length > 0) say(news, changes.join(" "));
  }

  // What was true a while ago is not known now: an old page opens nothing.
  function markStale() {
    if (body.dataset.stale !== undefined) return;
    body.dataset.stale = "";
    for (const badge of document.querySelectorAll(".status")) {
      badge.textContent = `unknown, was ${badge.dataset.status}`;
      badge.className = "status unknown";
      badge.dataset.status = "unknown";
    }
    for (const gate of document.querySelectorAll("article.gate")) {
      gate.className = "gate is-unknown";
      gate.dataset.status = "unknown";
    }
    for (const leave of document.querySelectorAll(".may-go")) {
      leave.textContent = `unknown, was ${leave.textContent}`;
      leave.classList.remove("good");
    }
    document.title = document.title.replace(/^(open|closed|unknown): /, "unknown: ");
  }

  function showState() {
    if (failingSince !== null) {
      say(live, `${trouble} since ${timeText(failingSince)}, what is shown is of ${asOf()}`);
    } else if (source && source.readyState === EventSource.OPEN) {
      say(live, "live");
    } else {
      say(live, `polling every ${interval / seconds} s`);
    }
  }

  // ---- fetching

  class Refusal extends Error {}

  function fail(error) {
    failingSince ??= Date.now();
    trouble = error instanceof Refusal ? error.message : "not reachable";
    markStale();
    tellChanges();
    showState();
  }

  async function refresh() {
    isFetching = true;
    isDirty = false;
    triedAt = mark();
    try {
      const answer = await fetch(address, {
        cache: "no-store",
        headers: { Accept: "text/html" },
        signal: AbortSignal.timeout(patience),
      });
      if (answer.status === 404) throw new Refusal("not there any more (HTTP 404)");
      if (!answer.ok) throw new Refusal(`answers HTTP ${answer.status}`);
      const text = await answer.text();
      const fresh = new DOMParser().parseFromString(text, "text/html");
      if (!fresh.getElementById("as-of")) throw new Refusal("answers with another page");
      failingSince = null;
      delete body.dataset.stale;
      replace(fresh);
      tellChanges();
      shownSince = mark();
      // A large fleet's page takes its time: no more than a tenth of it is spent on this.
      const time = passedSince(triedAt);
      pause = Math.max(1 * seconds, 10 * time);
      patience = patienceFor(time);
    } catch (error) {
      fail(error);
      pause = 2 * seconds;
    } finally {
      isFetching = false;
      showState();
    }
  }

  // ---- being told

  function listen() {
    if (source || document.hidden || !window.EventSource) return;
    if (streamRefusedAt && passedSince(streamRefusedAt) < streamPause) return;
    source = new EventSource(body.dataset.watch);
    source.addEventListener("open", showState);
    source.addEventListener("snapshot", () => {
      isDirty = true;
      tick();
    });
    source.addEventListener("error", () => {
      isDirty = true; // find out whether anybody is there
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        streamRefusedAt = mark();
      }
    });
  }

  // A page that nobody sees holds no connection: browsers have six of them for a host.
  function hush() {
    source?.close();
    source = null;
  }

  function tick() {
    if (document.hidden) return;
    listen();
    const age = passedSince(shownSince);
    // Seen again after a while, and no answer yet: it may have been open, it is not known to be.
    if (isFetching && failingSince === null && age > 2 * interval + patience) fail();
    const isDue = isDirty || failingSince !== null || age >= interval;
    if (isDue && !isFetching && passedSince(triedAt) >= pause) refresh();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hush();
    } else {
      isDirty = true;
      tick();
    }
  });
  addEventListener("pagehide", hush);
  setInterval(tick, 1 * seconds);

  // ---- finding one's way

  // A link to what lies in a fold opens it.
  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    let isOpened = false;
    for (let at = target?.parentElement; at; at = at.parentElement) {
      if (at.nodeName === "DETAILS" && !at.open) isOpened = at.open = true;
    }
    if (isOpened) target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();

  // In the matrix the arrow keys lead from verdict to verdict.
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const cell = event.target.closest?.("table.matrix td");
    if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = cell.closest("table").rows;
    let [column, row] = [cell.cellIndex + step[0], cell.parentElement.rowIndex + step[1]];
    while (rows[row]?.cells[column] && rows[row].cells[column].tagName === "TD") {
      const link = rows[row].cells[column].querySelector("a");
      if (link) {
        link.focus();
        event.preventDefault();
        return;
      }
      column += step[0];
      row += step[1];
    }
  });

  showState();
  listen();
})();
