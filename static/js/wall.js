// The live wall: one event stream, cards that never move what is being read, and no claim to be live that is stale.
(() => {
  "use strict";
  let lanes = document.getElementById("lanes");
  if (!lanes) return;
  const { documentElement: page, body } = document;
  const isScreen = body.hasAttribute("data-screen");
  const canHover = window.matchMedia("(hover: hover)").matches;
  const [TICK, LEAVE, AMBER, RED, KEPT] = [1000, 1500, 25000, 120000, 200];
  const AT_ONCE = isScreen ? 4 : 100; // a big screen shows four cards a column: more at once nobody could read
  const find = (name, root = document) => root.querySelector(`[data-${name}]`);
  const show = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
  const stamp = (element) => element.dispatchEvent(new CustomEvent("murmur:tick", { bubbles: true }));
  let source = null, lastId = "", again = 0, failures = 0, heardAt = Date.now(), statusAt = Date.now(), triedAt = 0;
  let pausedAt = 0, needsReset = false, news = 0, urgent = 0, saidAt = Date.now(), bandShows = "", columns = [];
  const setUp = () => {
    lanes = document.getElementById("lanes");
    lastId = lanes.dataset.after;
    columns = [...document.querySelectorAll("section[data-column]")].map((root) => ({
      root, feed: find("feed", root), pill: find("release", root), state: find("state", root),
      waiting: new Map(), heldUntil: 0,
    }));
    for (const column of columns) column.pill.addEventListener("click", () => release([column]));
    stamp(lanes);
    connect();
  };
  const cardsOf = (column) => column.feed.querySelectorAll(":scope > .card");
  const isNewer = (a, b) => (a.dataset.at - b.dataset.at || a.id.slice(8) - b.id.slice(8)) > 0;
  const scrollerOf = (feed) => (getComputedStyle(feed).overflowY === "auto" ? feed : document.scrollingElement);
  // -- Reading: what is under the eye stays where it is ------------------------------------------------------
  const isRead = ({ root, feed }) => {
    if (isScreen) return false;
    const picked = getSelection();
    return (canHover && root.matches(":hover")) || root.contains(document.activeElement)
      || scrollerOf(feed).scrollTop > 8 || (!picked.isCollapsed && feed.contains(picked.anchorNode));
  };
  const isHeld = (column) => {
    if (isRead(column)) column.heldUntil = Date.now() + LEAVE;
    return Boolean(pausedAt) || Date.now() < column.heldUntil;
  };
  const anchorOf = (column) => {
    const cards = [...cardsOf(column)];
    const focused = document.activeElement.closest(".card");
    const top = Math.max(0, column.feed.getBoundingClientRect().top);
    return cards.find((card) => card === focused) || (canHover && cards.find((card) => card.matches(":hover")))
      || cards.find((card) => card.getBoundingClientRect().bottom > top);
  };
  // Scrolls by as much as what is read would have moved.
  const inPlace = (column, change) => {
    const anchor = anchorOf(column);
    const before = anchor && anchor.getBoundingClientRect().top;
    change();
    if (anchor && anchor.isConnected) scrollerOf(column.feed).scrollTop += anchor.getBoundingClientRect().top - before;
    return anchor;
  };
  // -- Cards in -----------------------------------------------------------------------------------------------
  const place = (column, card) => {
    const below = [...cardsOf(column)].find((other) => isNewer(card, other));
    const end = column.feed.querySelector(":scope > .older, :scope > .empty");
    if (!below && end.matches(".card ~ .older")) return; // it belongs to the older pages
    column.feed.insertBefore(card, below || end);
    card.classList.add("is-new");
    stamp(card);
    urgent += ["urgent", "emergency"].includes(card.dataset.severity);
    news += 1;
  };
  const insert = (column, count) => {
    // Oldest first, so that a wall that lags shows what it owes in order.
    const cards = [...column.waiting.values()].sort((a, b) => (isNewer(a, b) ? 1 : -1)).slice(0, count);
    column.feed.setAttribute("aria-busy", "true");
    for (const card of cards) { column.waiting.delete(card.id); place(column, card); }
    column.feed.setAttribute("aria-busy", "false");
  };
  const tick = (column) => {
    const held = isHeld(column);
    if (!held && column.waiting.size) {
      insert(column, column.waiting.size > 3 * AT_ONCE ? column.waiting.size : AT_ONCE);
      for (const card of [...cardsOf(column)].slice(KEPT)) card.remove();
    }
    const count = column.waiting.size;
    column.pill.hidden = isScreen || !(held && (count || needsReset));
    show(find("waiting-count", column.pill), needsReset ? "many" : String(count));
    show(column.state, pausedAt ? "Paused" : held ? "Held while you read" : count ? `+${count} more` : "Newest first");
    column.root.toggleAttribute("data-is-held", held);
  };
  const mark = (card, name, ms) => {
    card.classList.add(name);
    window.setTimeout(() => card.classList.remove(name), ms);
  };
  const release = (some) => {
    if (needsReset) { reload(); return; }
    for (const column of some) {
      const anchor = inPlace(column, () => insert(column, column.waiting.size));
      if (anchor) mark(anchor, "was-here", 60000);
      tick(column);
    }
  };
  const arrive = (html) => {
    const card = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    const shown = document.getElementById(card.id);
    if (card.dataset.severity === "emergency") htmx.trigger("#pulse", "refresh");
    for (const { waiting } of columns) if (waiting.has(card.id)) { waiting.set(card.id, card); return; }
    if (!shown) {
      const { waiting } = columns.find(({ root }) => root.dataset.column === card.dataset.column);
      waiting.set(card.id, card);
      if (waiting.size > 2 * KEPT) { waiting.clear(); needsReset = true; }
    } else if (shown.dataset.seq !== card.dataset.seq) replace(shown, card);
  };
  const replace = (shown, card) => {
    const hadFocus = shown.contains(document.activeElement);
    const column = columns.find(({ feed }) => feed.contains(shown));
    const swap = () => shown.replaceWith(card);
    if (column && !isScreen) inPlace(column, swap); else swap();
    if (hadFocus) card.focus({ preventScroll: true });
    mark(card, "is-changed", 2000);
    stamp(card);
  };
  const leave = (id, words) => {
    for (const { waiting } of columns) waiting.delete(id);
    const card = document.getElementById(id);
    card?.classList.add("is-gone");
    for (const part of card?.querySelectorAll(".card-text, .card-source, .card-why") ?? []) part.replaceChildren();
    show(card?.querySelector(".card-text"), words);
  };
  // -- The stream ---------------------------------------------------------------------------------------------
  // EventSource itself and not htmx's extension: it must come back with the last number it has, at random
  // moments, and also from a connection that is open and silent.
  const connect = () => {
    window.clearTimeout(again);
    if (source) source.close();
    triedAt = Date.now();
    source = new EventSource(`${lanes.dataset.stream}&after=${encodeURIComponent(lastId)}`);
    source.onerror = retry;
    const on = (name, act) => source.addEventListener(name, (event) => {
      [heardAt, failures, lastId] = [Date.now(), 0, event.lastEventId || lastId];
      act(event.data);
    });
    on("heartbeat", (data) => page.dispatchEvent(new CustomEvent("murmur:clock", { detail: JSON.parse(data).now })));
    on("mention", arrive);
    on("gone", (id) => leave(id, "Removed at its source."));
    on("drop", (id) => leave(id, "Changed: no longer part of this view."));
    on("bell", (name) => htmx.trigger(body, `${name}-changed`));
    on("reset", () => { needsReset = true; });
    on("ended", () => window.location.reload());
    on("close", retry);
  };
  const retry = () => {
    source.close();
    window.clearTimeout(again);
    triedAt = Date.now();
    failures += 1;
    again = window.setTimeout(connect, (0.5 + Math.random()) * Math.min(1000 * failures, 8000));
  };
  // The columns anew; the stream then begins where they end.
  const reload = () => {
    needsReset = false;
    htmx.ajax("GET", window.location.href, { target: lanes, select: "#lanes", swap: "outerHTML" });
  };
  // -- What the page says of itself -----------------------------------------------------------------------------
  const everySecond = () => {
    for (const column of columns) tick(column);
    const held = columns.reduce((sum, { waiting }) => sum + waiting.size, 0);
    if (pausedAt && isScreen && Date.now() - pausedAt > 300000) pause(false);
    show(find("pause-text"), pausedAt ? `Paused ${clock(Date.now() - pausedAt)} - ${held} held` : "Pause");
    show(find("held-all"), String(held));
    if (needsReset && columns.every((column) => !isHeld(column))) reload();
    const since = Math.min(heardAt, statusAt);
    const silent = Date.now() - since;
    const isLost = silent >= RED;
    body.dataset.live = isLost ? "lost" : silent >= AMBER ? "late" : "live";
    find("notice").hidden = silent < AMBER;
    show(find("notice-word"), isLost ? "Lost." : "Late.");
    const at = new Date(since).toLocaleTimeString("en-GB", { timeZone: body.dataset.zone, timeStyle: "short" });
    const words = isLost ? `Showing ${at} data` : `Nothing new for ${Math.floor(silent / 1000)} s`;
    show(find("notice-text"), `${words}, trying again`);
    if (Date.now() - Math.max(heardAt, triedAt) > AMBER + 10000) retry(); // open, and silent
    if (Date.now() - saidAt < 30000 || !news) return;
    show(find("summary"), `${news} new${urgent ? `, ${urgent} urgent` : ""}`);
    [saidAt, news, urgent] = [Date.now(), 0, 0];
  };
  const pause = (on) => {
    pausedAt = on ? Date.now() : 0;
    find("pause").setAttribute("aria-pressed", String(on));
    body.toggleAttribute("data-paused", on);
    everySecond();
  };
  find("pause").addEventListener("click", () => pause(!pausedAt));
  body.addEventListener("htmx:afterSettle", () => {
    statusAt = Date.now(); // after the swap: the element that asked is gone by then
    const band = document.getElementById("band");
    const where = band.querySelector(".band-where")?.textContent;
    if (where && band.dataset.mention !== bandShows) show(find("alert"), `Emergency: ${where}`);
    bandShows = band.dataset.mention || "";
    if (lanes.isConnected) stamp(body); else setUp();
  });
  setUp();
  window.setInterval(everySecond, TICK);
  everySecond();
})();
