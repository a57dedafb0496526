// The live wall: one event stream, cards that never move what is being read, and no claim to be live that is stale.
(() => {
  "use strict";
  const lanes = document.getElementById("lanes");
  if (!lanes) return;
  const page = document.documentElement;
  const body = document.body;
  const isScreen = body.hasAttribute("data-screen");
  const canHover = window.matchMedia("(hover: hover)").matches;
  const [TICK, LEAVE, AMBER, RED, KEPT] = [1000, 1500, 25000, 120000, 200];
  const AT_ONCE = isScreen ? 4 : 100; // a big screen shows four cards a column: more at once nobody could read
  const find = (name, root = document) => root.querySelector(`[data-${name}]`);
  const show = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

  let source = null, lastId = lanes.dataset.after, again = 0, failures = 0;
  let heardAt = Date.now(), statusAt = Date.now(), triedAt = 0;
  let pausedAt = 0, needsReset = false, isReloading = false, news = 0, urgent = 0, saidAt = Date.now(), bandShows = "";
  let columns = [];

  const setUp = () => {
    columns = [...document.querySelectorAll("section[data-column]")].map((root) => ({
      root, feed: find("feed", root), pill: find("release", root), state: find("state", root),
      waiting: new Map(), heldUntil: 0, more: 0,
    }));
    for (const column of columns) column.pill.addEventListener("click", () => release([column]));
    for (const card of document.querySelectorAll(".card")) stamp(card);
  };
  const stamp = (card) => card.dispatchEvent(new CustomEvent("murmur:tick", { bubbles: true }));
  const stampAll = () => stamp(lanes);
  const cardsOf = (column) => column.feed.querySelectorAll(":scope > .card");
  const isNewer = (a, b) => (a.dataset.at - b.dataset.at || a.id.slice(8) - b.id.slice(8)) > 0;
  const scrollerOf = (feed) => (getComputedStyle(feed).overflowY === "auto" ? feed : document.scrollingElement);

  // -- Reading: what is under the eye stays where it is ------------------------------------------------------
  const isRead = ({ root, feed }) => {
    if (isScreen) return false;
    const picked = getSelection();
    return (canHover && root.matches(":hover")) || root.contains(document.activeElement) || scrollerOf(feed).scrollTop > 8
      || (!picked.isCollapsed && feed.contains(picked.anchorNode));
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
    column.feed.setAttribute("aria-busy", "true");
    change();
    if (anchor && anchor.isConnected) scrollerOf(column.feed).scrollTop += anchor.getBoundingClientRect().top - before;
    column.feed.setAttribute("aria-busy", "false");
    return anchor;
  };

  // -- Cards in -----------------------------------------------------------------------------------------------
  const place = (column, card) => {
    const cards = [...cardsOf(column)];
    const below = cards.find((other) => isNewer(card, other));
    const older = column.feed.querySelector(":scope > .older");
    if (!below && older && cards.length) return; // it belongs to the older pages
    column.feed.insertBefore(card, below || older || column.feed.querySelector(":scope > .empty"));
    card.classList.add("is-new");
    stamp(card);
    if (card.dataset.severity === "urgent" || card.dataset.severity === "emergency") urgent += 1;
    news += 1;
  };
  const trim = (column) => {
    const cards = [...cardsOf(column)];
    for (const card of cards.slice(KEPT)) card.remove();
  };
  const insert = (column, count) => {
    // Oldest first, so that a wall that lags shows what it owes in order.
    const cards = [...column.waiting.values()].sort((a, b) => (isNewer(a, b) ? 1 : -1)).slice(0, count);
    for (const card of cards) { column.waiting.delete(card.id); place(column, card); }
  };
  const tick = (column) => {
    const held = isHeld(column);
    if (!held && column.waiting.size) {
      const count = column.waiting.size > 3 * AT_ONCE ? column.waiting.size : AT_ONCE;
      column.feed.setAttribute("aria-busy", "true");
      insert(column, count);
      trim(column);
      column.feed.setAttribute("aria-busy", "false");
    }
    const count = column.waiting.size;
    column.pill.hidden = isScreen || !(held && (count || needsReset));
    show(find("waiting-count", column.pill), needsReset ? "many" : String(count));
    show(column.state, pausedAt ? "Paused" : held ? "Held while you read" : count ? `+${count} more` : "Newest first");
    column.root.toggleAttribute("data-is-held", held);
  };
  const release = (some) => {
    if (needsReset) { reload(); return; }
    for (const column of some) {
      const anchor = inPlace(column, () => insert(column, column.waiting.size));
      if (anchor) {
        anchor.classList.add("was-here");
        window.setTimeout(() => anchor.classList.remove("was-here"), 60000);
      }
      tick(column);
    }
  };
  const arrive = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const card = template.content.firstElementChild;
    const shown = document.getElementById(card.id);
    if (card.dataset.severity === "emergency") refresh();
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
    card.classList.add("is-changed");
    window.setTimeout(() => card.classList.remove("is-changed"), 2000);
    stamp(card);
  };
  const leave = (id, words) => {
    for (const { waiting } of columns) waiting.delete(id);
    const card = document.getElementById(id);
    if (!card || !card.matches(".card")) return;
    card.classList.add("is-gone");
    for (const part of card.querySelectorAll(".card-text, .card-source, .card-why")) part.replaceChildren();
    show(card.querySelector(".card-text"), words);
  };

  // -- The stream ---------------------------------------------------------------------------------------------
  // EventSource itself and not htmx's extension: it must come back with the last number it has, at random
  // moments, and also from a connection that is open and silent.
  const heard = (event) => {
    heardAt = Date.now();
    failures = 0;
    if (event.lastEventId) lastId = event.lastEventId;
  };
  const connect = () => {
    window.clearTimeout(again);
    if (source) source.close();
    triedAt = Date.now();
    source = new EventSource(`${lanes.dataset.stream}&after=${encodeURIComponent(lastId)}`);
    source.onerror = retry;
    const on = (name, act) => source.addEventListener(name, (event) => { heard(event); act(event.data); });
    on("heartbeat", (data) => page.dispatchEvent(new CustomEvent("murmur:clock", { detail: JSON.parse(data).now })));
    on("mention", arrive);
    on("gone", (id) => leave(id, "Removed at its source."));
    on("drop", (id) => { if (document.getElementById(id)) leave(id, "Changed: no longer part of this view."); });
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
  const reload = () => {
    if (isReloading) return;
    isReloading = true;
    fetch(window.location.href).then((answer) => (answer.ok ? answer.text() : Promise.reject(answer))).then((html) => {
      const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("lanes");
      if (!fresh) return;
      // What came while the page was on its way is not in it.
      const since = columns.flatMap(({ waiting }) => [...waiting.values()]).filter((card) => Number(card.dataset.seq) > Number(fresh.dataset.after));
      needsReset = false;
      lanes.replaceChildren(...fresh.children);
      setUp();
      htmx.process(lanes);
      for (const card of since) arrive(card.outerHTML);
    }).catch(() => {}).finally(() => { isReloading = false; });
  };
  const refresh = () => htmx.trigger(document.getElementById("pulse"), "refresh");

  // -- What the page says of itself -----------------------------------------------------------------------------
  const notice = find("notice");
  const admit = () => {
    const since = Math.min(heardAt, statusAt);
    const silent = Date.now() - since;
    const state = silent < AMBER ? "live" : silent < RED ? "late" : "lost";
    body.dataset.live = state;
    notice.hidden = state === "live";
    show(find("notice-word"), state === "late" ? "Late." : "Lost.");
    const shownAt = new Date(since).toLocaleTimeString("en-GB", { timeZone: find("clock").dataset.zone, timeStyle: "short" });
    show(find("notice-text"), state === "late" ? `Nothing new for ${Math.floor(silent / 1000)} s, trying again` : `Showing ${shownAt} data, trying again`);
    if (Date.now() - Math.max(heardAt, triedAt) > AMBER + 10000) retry(); // open, and silent
  };
  const summarise = () => {
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
  const everySecond = () => {
    for (const column of columns) tick(column);
    const held = columns.reduce((sum, column) => sum + (column.root.hasAttribute("data-is-held") ? column.waiting.size : 0), 0);
    if (pausedAt && isScreen && Date.now() - pausedAt > 300000) pause(false);
    show(find("pause-text"), pausedAt ? `Paused ${clock(Date.now() - pausedAt)} - ${held} held` : "Pause");
    show(find("held-all"), String(held));
    if (needsReset && columns.every((column) => !isHeld(column))) reload();
    admit();
    summarise();
  };

  // -- Keys and controls ----------------------------------------------------------------------------------------
  const step = (card, by) => {
    const cards = [...card.parentElement.querySelectorAll(":scope > .card")];
    const next = cards[cards.indexOf(card) + by];
    if (next) next.focus();
  };
  document.addEventListener("keydown", (event) => {
    const on = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || on.closest("input, select, textarea, [contenteditable]")) return;
    const isFree = on === body || on.matches(".card, .feed");
    const card = on.matches(".card") ? on : null;
    const act = {
      " ": isFree && (() => pause(!pausedAt)),
      ".": () => release(columns),
      PageDown: card && (() => step(card, 1)), j: card && (() => step(card, 1)),
      PageUp: card && (() => step(card, -1)), k: card && (() => step(card, -1)),
      Enter: card && (() => card.querySelector(".open").click()),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  const button = find("pause");
  button.hidden = false;
  button.addEventListener("click", () => pause(!pausedAt));
  for (const form of document.querySelectorAll("[data-submit]")) {
    find("submit-button", form).hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }
  body.addEventListener("htmx:afterSettle", () => {
    statusAt = Date.now(); // after the swap: the element that asked is gone by then
    const band = document.getElementById("band");
    if (band.dataset.mention && band.dataset.mention !== bandShows) show(find("alert"), `Emergency: ${band.querySelector(".band-where").textContent}`);
    bandShows = band.dataset.mention || "";
    stamp(band); stampAll();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { refresh(); if (Date.now() - heardAt > AMBER) connect(); } });
  window.addEventListener("online", connect);
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

  setUp();
  connect();
  window.setInterval(everySecond, TICK);
  everySecond();
})();
