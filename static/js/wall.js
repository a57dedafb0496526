// The live wall: one event stream, cards that never move what is being read, and no claim to be live that is stale.
// A card that waits is in its place already, hidden: to show it is all that is left to do.
const body = document.body;
const isScreen = body.hasAttribute("data-screen");
const canHover = window.matchMedia("(hover: hover)").matches;
// Of a burst, three cards at a time; of a flood all of it, or the wall would lag behind for ever.
const [LEAVE, PACE, AT_ONCE, FLOOD, KEPT, AMBER, RED] = [1500, 1500, 3, 12, 200, 30000, 120000];
const find = (name, root = document) => root.querySelector(`[data-${name}]`);
const show = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const minutes = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

let [lanes, columns, source, lastId] = [null, [], null, ""];
let [heardAt, statusAt, triedAt, pausedAt, needsAnew] = [Date.now(), Date.now(), 0, 0, false];
const setUp = () => {
  lanes = document.getElementById("lanes");
  [lastId, needsAnew] = [lanes.dataset.after, false];
  columns = [...lanes.querySelectorAll("[data-feed]")].map((feed) => {
    const root = feed.parentElement;
    const column = { root, feed, pill: find("release", root), state: find("state", root), heldUntil: 0, movedAt: 0 };
    column.pill.onclick = () => release(column);
    return column;
  });
  connect();
};
const allIn = ({ feed }, selector) => [...feed.querySelectorAll(`:scope > ${selector}`)];
const shownIn = (column) => allIn(column, ".card:not([hidden])");
const waitingIn = (column) => allIn(column, ".card[hidden]");
const comesBefore = ({ dataset: one }, { dataset: other }, { root }) =>
  (root.dataset.sort === "severest" && other.level.localeCompare(one.level))
  || one.at - other.at || one.mention - other.mention;
const scrollerOf = ({ feed }) => (getComputedStyle(feed).overflowY === "auto" ? feed : document.scrollingElement);
const isHeld = (column) => {
  const [{ root, feed }, picked] = [column, getSelection()];
  const isRead = (canHover && root.matches(":hover")) || root.contains(document.activeElement)
    || scrollerOf(column).scrollTop > 8 || (!picked.isCollapsed && feed.contains(picked.anchorNode))
    || root.querySelector("details[open]");
  if (isRead && !isScreen) column.heldUntil = Date.now() + LEAVE;
  return Boolean(pausedAt || document.querySelector("dialog:modal")) || Date.now() < column.heldUntil;
};
const readIn = (column) => {
  const cards = shownIn(column);
  const top = Math.max(0, column.feed.getBoundingClientRect().top);
  return cards.find((card) => card.contains(document.activeElement))
    || (canHover && cards.find((card) => card.matches(":hover")))
    || cards.find((card) => card.getBoundingClientRect().bottom > top);
};
// What is shown above a card that is read leaves that where it is.
const reveal = (column, cards, isKept) => {
  const read = isKept && readIn(column);
  const before = read && read.getBoundingClientRect().top;
  column.feed.ariaBusy = "true";
  for (const card of cards) [card.hidden, card.className] = [false, `${card.className} is-new`];
  if (read) scrollerOf(column).scrollTop += read.getBoundingClientRect().top - before;
  shownIn(column).forEach((card, at) => { card.ariaPosInSet = at + 1; });
  column.feed.ariaBusy = "false";
  column.movedAt = Date.now();
  return read;
};
const release = (column) => {
  if (needsAnew) htmx.trigger(lanes, "anew");
  reveal(column, waitingIn(column), true)?.classList.add("was-here");
  tick(column);
};
const tick = (column) => {
  const held = isHeld(column);
  let waiting = waitingIn(column);
  if (!held && waiting.length && Date.now() - column.movedAt >= PACE) {
    // The oldest first, so that a wall that lags shows what it owes in order.
    reveal(column, waiting.length > FLOOD ? waiting : waiting.slice(-AT_ONCE), false);
    waiting = waitingIn(column);
    // What goes here comes back as an older page, which begins below the last card.
    const beyond = shownIn(column).slice(KEPT);
    if (beyond.length) for (const one of [...beyond, ...allIn(column, "input")]) one.remove();
    if (beyond.length) allIn(column, ".older")[0].hidden = false;
  }
  const [some, older] = [shownIn(column).length, allIn(column, ".older:not([hidden])").length];
  show(find("count", column.root), some ? `${some}${older ? "+" : ""}` : "");
  column.pill.hidden = isScreen || !(waiting.length || (held && needsAnew));
  show(find("waiting", column.pill), needsAnew ? "many new" : held ? `${waiting.length} new` : `+${waiting.length} more`);
  show(column.state, pausedAt ? "Paused" : held ? "Held while you read" : column.state.dataset.said);
  column.root.toggleAttribute("data-is-held", held);
};
// The first line of news names the columns it is for; what takes a card away and names none is for all. A card that
// stands is renewed in its place, where all are of one height: it changes no column while it is on screen.
const arrive = (data) => {
  const names = data.slice(0, data.indexOf("\n")).split(" ").filter(Boolean);
  for (const column of columns) {
    const html = data.slice(data.indexOf("\n")).replace(/(\bid|labelledby)="mention-\d+/g, `$&${column.root.dataset.suffix}`);
    const card = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    const [old] = allIn(column, `[data-mention="${card.dataset.mention}"]`);
    const [isNamed, isGone] = [names.includes(column.root.dataset.column), card.matches(".is-gone")];
    if (old && (isNamed || !isGone || !names.length)) renew(old, card);
    else if (isNamed && !isGone && !needsAnew && !document.getElementById(card.id)) put(column, card);
  }
};
const put = (column, card) => {
  const below = allIn(column, ".card").find((other) => comesBefore(card, other, column) > 0);
  const [end] = allIn(column, ":is(.older:not([hidden]), .empty)");
  if (!below && end.matches(".card ~ .older")) return; // it belongs to the older pages
  card.hidden = true;
  column.feed.insertBefore(card, below || allIn(column, ":is(input, .older, .empty)")[0]);
  needsAnew ||= waitingIn(column).length > 2 * KEPT;
  if (card.dataset.severity !== "emergency") return;
  htmx.trigger("#pulse", "refresh");
  if (!pausedAt) reveal(column, [card], isHeld(column));
};
const renew = (old, card) => {
  if (old.dataset.seq === card.dataset.seq) return;
  if (old.hidden && card.matches(".is-gone")) return old.remove();
  const hadFocus = old.contains(document.activeElement);
  [card.hidden, card.className, card.ariaPosInSet] = [old.hidden, `${card.className} is-changed`, old.ariaPosInSet];
  old.replaceWith(card);
  if (hadFocus) card.focus({ preventScroll: true });
};
// EventSource itself and not htmx's extension: it must start from the last number the page has, and come back
// also from a connection that is open and silent.
const connect = () => {
  source?.close();
  triedAt = Date.now();
  source = new EventSource(`${lanes.dataset.stream}&after=${encodeURIComponent(lastId)}`);
  const on = (name, act) => source.addEventListener(name, ({ data, lastEventId }) => {
    [heardAt, lastId] = [Date.now(), lastEventId || lastId];
    act(data);
  });
  on("heartbeat", (now) => document.dispatchEvent(new CustomEvent("murmur:clock", { detail: JSON.parse(now).now })));
  for (const name of ["mention", "gone", "drop"]) on(name, arrive);
  on("bell", (name) => htmx.trigger(body, `${name}-changed`));
  on("reset", () => { needsAnew = true; }); // too much was missed to be told one by one
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
  find("pause").ariaPressed = String(on);
  body.toggleAttribute("data-paused", on);
  beat();
};
const beat = () => {
  columns.forEach(tick);
  if (isScreen && pausedAt && Date.now() - pausedAt > 300000) pause(false);
  const held = columns.reduce((sum, column) => sum + waitingIn(column).length, 0);
  show(find("pause-text"), pausedAt ? `Paused ${minutes(Date.now() - pausedAt)} - ${held} held` : "Pause");
  admit();
  if (needsAnew && body.dataset.live === "live" && !columns.some(isHeld)) htmx.trigger(lanes, "anew");
  // A browser comes back by itself from a line that breaks, but not from one that is open and silent, nor from
  // an answer that was no stream; and not all walls come at once.
  const isShut = source.readyState === EventSource.CLOSED && Math.random() < 0.125;
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
  const words = [...document.querySelectorAll("#band :is(.band-where, .band-gist)")];
  if (words.length) show(find("alert"), `Emergency: ${words.map((part) => part.textContent.trim()).join(" ")}`);
  if (!lanes.isConnected) setUp();
});

setUp();
window.setInterval(beat, 500);
window.setInterval(summarise, 30000);
beat();
