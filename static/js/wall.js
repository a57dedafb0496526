// The live wall: one event stream, cards that never move what is being read, and no claim to be live that is stale.
let lanes = document.getElementById("lanes");
const body = document.body;
const isScreen = body.hasAttribute("data-screen");
const canHover = window.matchMedia("(hover: hover)").matches;
const [LEAVE, AMBER, RED, KEPT] = [1500, 30000, 120000, 200];
const AT_ONCE = isScreen ? 4 : 100; // a big screen shows four cards a column: more at once nobody could read
const find = (name, root = document) => root.querySelector(`[data-${name}]`);
const show = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const minutes = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

let source = null, lastId = "", heardAt = Date.now(), statusAt = heardAt, triedAt = 0;
let pausedAt = 0, needsAnew = false, isAsking = false, columns = [];
const setUp = () => {
  lanes = document.getElementById("lanes");
  [lastId, needsAnew] = [lanes.dataset.after, false];
  columns = [...lanes.children].map((root) => ({
    root, feed: find("feed", root), pill: find("release", root), state: find("state", root),
    waiting: new Map(), heldUntil: 0,
  }));
  for (const column of columns) column.pill.addEventListener("click", () => release([column]));
  connect();
};
const cardsOf = ({ feed }) => [...feed.querySelectorAll(":scope > .card")];
const isNewer = (a, b) => (a.dataset.at - b.dataset.at || a.id.slice(8) - b.id.slice(8)) > 0;
const scrollerOf = (feed) => (getComputedStyle(feed).overflowY === "auto" ? feed : document.scrollingElement);
const isHeld = (column) => {
  const picked = getSelection();
  const isRead = (canHover && column.root.matches(":hover")) || column.root.contains(document.activeElement)
    || scrollerOf(column.feed).scrollTop > 8 || (!picked.isCollapsed && column.feed.contains(picked.anchorNode));
  if (isRead && !isScreen) column.heldUntil = Date.now() + LEAVE;
  return Boolean(pausedAt) || Boolean(document.querySelector("dialog:modal")) || Date.now() < column.heldUntil;
};
const anchorOf = (column) => {
  const cards = cardsOf(column);
  const top = Math.max(0, column.feed.getBoundingClientRect().top);
  return cards.find((card) => card.contains(document.activeElement))
    || (canHover && cards.find((card) => card.matches(":hover")))
    || cards.find((card) => card.getBoundingClientRect().bottom > top);
};
const place = (column, card) => {
  column.waiting.delete(card.id);
  const below = cardsOf(column).find((other) => isNewer(card, other));
  const end = column.feed.querySelector(":scope > .older, :scope > .empty");
  if (!below && end.matches(".card ~ .older")) return; // it belongs to the older pages
  column.feed.insertBefore(card, below || end);
  card.classList.add("is-new");
};
const insert = (column, count) => {
  // Oldest first, so that a wall that lags shows what it owes in order.
  const cards = [...column.waiting.values()].sort((a, b) => (isNewer(a, b) ? 1 : -1)).slice(0, count);
  column.feed.ariaBusy = "true";
  for (const card of cards) place(column, card);
  column.feed.ariaBusy = "false";
};
const tick = (column) => {
  const held = isHeld(column);
  if (!held && column.waiting.size) {
    insert(column, column.waiting.size > 3 * AT_ONCE ? Infinity : AT_ONCE);
    for (const card of cardsOf(column).slice(KEPT)) card.remove();
  }
  const count = column.waiting.size;
  column.pill.hidden = isScreen || !(held && (count || needsAnew));
  show(find("waiting-count", column.pill), needsAnew ? "many" : String(count));
  show(column.state, pausedAt ? "Paused" : held ? "Held while you read" : count ? `+${count} more` : "Newest first");
  column.root.toggleAttribute("data-is-held", held);
};
const release = (some) => {
  if (needsAnew) askAnew();
  for (const column of some) {
    const anchor = anchorOf(column);
    const before = anchor?.getBoundingClientRect().top;
    insert(column, Infinity);
    if (anchor) {
      scrollerOf(column.feed).scrollTop += anchor.getBoundingClientRect().top - before;
      anchor.classList.add("was-here");
    }
    tick(column);
  }
};
const arrive = (html) => {
  const card = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  const shown = document.getElementById(card.id);
  if (card.dataset.severity === "emergency") htmx.trigger("#pulse", "refresh");
  for (const { waiting } of columns) waiting.delete(card.id);
  if (shown) {
    if (shown.dataset.seq !== card.dataset.seq) renew(shown, card);
  } else if (!card.matches(".is-gone")) {
    const { waiting } = columns.find(({ root }) => root.dataset.column === card.dataset.column);
    waiting.set(card.id, card);
    if (waiting.size > 2 * KEPT) lose();
  }
};
// All cards of a column are of one height: what is new inside moves nothing outside.
const renew = (shown, card) => {
  const hadFocus = shown.contains(document.activeElement);
  card.classList.add("is-changed");
  shown.replaceWith(card);
  if (hadFocus) card.focus({ preventScroll: true });
};
// Too much was missed to be told one by one.
const lose = () => { needsAnew = true; for (const { waiting } of columns) waiting.clear(); };
// The columns as the server has them; the stream then begins where they end.
const askAnew = () => {
  if (isAsking || body.dataset.live !== "live") return;
  isAsking = true;
  htmx.ajax("GET", window.location.href, { target: lanes, select: "#lanes", swap: "outerHTML" })
    .catch(() => {}).finally(() => { isAsking = false; });
};
// EventSource itself and not htmx's extension: it must start from the last number the page has, and come back
// also from a connection that is open and silent.
const connect = () => {
  source?.close();
  triedAt = Date.now();
  source = new EventSource(`${lanes.dataset.stream}&after=${encodeURIComponent(lastId)}`);
  const on = (name, act) => source.addEventListener(name, (event) => {
    heardAt = Date.now();
    lastId = event.lastEventId || lastId;
    act(event.data);
  });
  on("heartbeat", (now) => document.dispatchEvent(new CustomEvent("murmur:clock", { detail: JSON.parse(now).now })));
  for (const name of ["mention", "gone", "drop"]) on(name, arrive);
  on("bell", (name) => htmx.trigger(body, `${name}-changed`));
  on("reset", lose);
  on("ended", () => window.location.reload());
};
const admit = () => {
  const silent = Date.now() - Math.min(heardAt, statusAt);
  body.dataset.live = silent < AMBER ? "live" : silent < RED ? "late" : "lost";
  const since = new Date(Date.parse(find("clock").dateTime) - silent).toISOString();
  for (const time of find("notice").querySelectorAll("time")) Object.assign(time, { dateTime: since, title: "" });
};
const summarise = () => {
  const fresh = [...document.querySelectorAll(".is-new")];
  const urgent = fresh.filter(({ dataset }) => ["urgent", "emergency"].includes(dataset.severity)).length;
  if (fresh.length) show(find("summary"), `${fresh.length} new${urgent ? `, ${urgent} urgent` : ""}`);
  for (const card of fresh) card.classList.remove("is-new");
};
const pause = (on) => {
  pausedAt = on ? Date.now() : 0;
  find("pause").setAttribute("aria-pressed", String(on));
  body.toggleAttribute("data-paused", on);
  everySecond();
};
const everySecond = () => {
  for (const column of columns) tick(column);
  if (isScreen && pausedAt && Date.now() - pausedAt > 300000) pause(false);
  const held = columns.reduce((sum, { waiting }) => sum + waiting.size, 0);
  show(find("pause-text"), pausedAt ? `Paused ${minutes(Date.now() - pausedAt)} - ${held} held` : "Pause");
  if (needsAnew && !columns.some(isHeld)) askAnew();
  admit();
  // A browser comes back by itself from a line that breaks, but not from one that is open and silent, nor from
  // an answer that was no stream; and not all walls come at once.
  const isShut = source.readyState === EventSource.CLOSED && Math.random() < 0.25;
  if (isShut || Date.now() - Math.max(heardAt, triedAt) > AMBER) connect();
};

find("pause").addEventListener("click", () => pause(!pausedAt));
body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { id } = detail.target;
  // A sign-in page that comes instead is no news.
  if (id && !detail.serverResponse.includes(`id="${id}"`)) detail.shouldSwap = false;
  if (id === "pulse" && detail.shouldSwap) statusAt = Date.now();
});
body.addEventListener("htmx:afterSettle", () => {
  const words = [...document.querySelectorAll("#band :is(.band-title, .band-where, .band-gist)")];
  if (words.length) show(find("alert"), words.map((part) => part.textContent.trim()).join(" "));
  if (!lanes.isConnected) setUp();
});

setUp();
window.setInterval(everySecond, 1000);
window.setInterval(summarise, 30000);
everySecond();
