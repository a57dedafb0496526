// The live wall: one event stream, cards that never move what is being read, and no claim to be live that is stale.
// A card that waits is in its place already, hidden: to show it is all that is left to do.
const body = document.body;
const isScreen = body.hasAttribute("data-screen");
const READ = window.matchMedia("(hover: hover)").matches ? ":hover, :focus-within" : ":focus-within";
// Of a burst three cards come at a time; of a flood all, or the wall would lag behind it for ever.
const [LEAVE, PACE, AT_ONCE, FLOOD, KEPT, AMBER, RED] = [1500, 1000, 3, 12, 200, 30000, 120000];
const find = (name, root = document) => root.querySelector(`[data-${name}]`);
const show = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const minutes = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

let [lanes, columns, source, lastId, needsAnew] = [null, [], null, "", false];
let [heardAt, statusAt, triedAt, pausedAt] = [Date.now(), Date.now(), 0, 0];
const setUp = () => {
  lanes = document.getElementById("lanes");
  [lastId, needsAnew] = [lanes.dataset.after, false];
  columns = [...lanes.querySelectorAll("[data-feed]")].map((feed) => ({
    feed, root: feed.parentElement, pill: find("release", feed.parentElement), heldUntil: 0, movedAt: 0,
  }));
  for (const column of columns) column.pill.onclick = () => release(column);
  connect();
};
const allIn = ({ feed }, selector) => [...feed.querySelectorAll(`:scope > ${selector}`)];
const shownIn = (column) => allIn(column, ".card:not([hidden])");
const waitingIn = (column) => allIn(column, ".card[hidden]");
const isAbove = ({ dataset: one }, { dataset: other }, { root }) =>
  ((root.dataset.sort === "severest" && other.level.localeCompare(one.level))
    || one.at - other.at || one.mention - other.mention) > 0;
const scrollerOf = ({ feed }) => (getComputedStyle(feed).overflowY === "auto" ? feed : document.scrollingElement);
const isHeld = (column) => {
  const picked = getSelection();
  const isRead = column.root.matches(READ) || scrollerOf(column).scrollTop > 8
    || (!picked.isCollapsed && column.feed.contains(picked.anchorNode)) || column.root.querySelector("details[open]");
  if (isRead && !isScreen) column.heldUntil = Date.now() + LEAVE;
  return Boolean(pausedAt || document.querySelector("dialog:modal")) || Date.now() < column.heldUntil;
};
const readIn = (column) => {
  const [cards, top] = [shownIn(column), Math.max(0, column.feed.getBoundingClientRect().top)];
  return cards.find((card) => card.matches(":focus-within")) ?? cards.find((card) => card.matches(READ))
    ?? cards.find((card) => card.getBoundingClientRect().bottom > top);
};
// What is shown above a card that is read leaves that where it is.
const reveal = (column, cards) => {
  const read = isHeld(column) ? readIn(column) : null;
  const before = read?.getBoundingClientRect().top;
  column.feed.ariaBusy = "true";
  for (const card of cards) [card.hidden, card.className] = [false, `${card.className} is-new`];
  if (read) scrollerOf(column).scrollTop += read.getBoundingClientRect().top - before;
  shownIn(column).forEach((card, at) => { card.ariaPosInSet = at + 1; });
  [column.feed.ariaBusy, column.movedAt] = ["false", Date.now()];
  return read;
};
const release = (column) => {
  if (needsAnew) htmx.trigger(lanes, "anew");
  reveal(column, waitingIn(column))?.classList.add("was-here");
  tick(column);
};
const tick = (column) => {
  const [held, due, [older]] = [isHeld(column), waitingIn(column), allIn(column, ".older")];
  if (!held && due.length && Date.now() - column.movedAt >= PACE) {
    // The oldest first, so that a wall that lags shows what it owes in order.
    reveal(column, due.length > FLOOD ? due : due.slice(-AT_ONCE));
    // What goes here comes back as an older page: that begins where the last card ends.
    for (const card of shownIn(column).slice(KEPT)) [older.hidden] = [false, card.remove()];
  }
  const [some, waiting] = [shownIn(column).length, waitingIn(column).length];
  show(find("count", column.root), some ? `${some}${older.hidden ? "" : "+"}` : "");
  show(find("waiting", column.pill), needsAnew ? "many" : String(waiting));
  column.pill.hidden = isScreen || !(waiting || (held && needsAnew));
  column.root.toggleAttribute("data-is-held", held);
};
// The first line of news names the columns it is for; what takes a card away and names none is for all. A card that
// stands is renewed in its place, where all are of one height: it changes no column while it is on screen.
const arrive = (data) => {
  const names = data.slice(0, data.indexOf("\n")).split(" ").filter(Boolean);
  const [, id] = data.match(/data-mention="(\d+)"/);
  // One that still waits stands elsewhere as soon as it changed.
  const isMoved = (column) => names.length && !data.includes("is-gone") && !names.includes(column.root.dataset.column);
  for (const column of columns.filter(isMoved)) allIn(column, `[data-mention="${id}"][hidden]`)[0]?.remove();
  for (const column of columns) {
    const { column: name, suffix } = column.root.dataset;
    const html = data.slice(data.indexOf("\n")).replace(/(\bid|labelledby)="mention-\d+/g, `$&${suffix}`);
    const card = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    const [old] = allIn(column, `[data-mention="${id}"]`);
    const isCard = !card.matches(".is-gone");
    if (old && (isCard || !names.length || names.includes(name))) renew(old, card);
    else if (!old && isCard && names.includes(name) && !document.getElementById(card.id)) put(column, card);
  }
};
const put = (column, card) => {
  const below = allIn(column, ".card").find((other) => isAbove(card, other, column));
  const [older] = allIn(column, ".older");
  // One below all that are here may belong to the older pages; where too much waits, all comes anew.
  if (needsAnew || (!below && !older.hidden && shownIn(column).length)) return;
  card.hidden = true;
  column.feed.insertBefore(card, below ?? older);
  needsAnew = waitingIn(column).length > 2 * KEPT;
  if (card.dataset.severity === "emergency" && !pausedAt) reveal(column, [card]);
};
const renew = (old, card) => {
  if (old.dataset.seq === card.dataset.seq) return;
  if (old.hidden && card.matches(".is-gone")) return old.remove();
  const hadFocus = old.contains(document.activeElement);
  [card.hidden, card.className, card.ariaPosInSet] = [old.hidden, `${card.className} is-changed`, old.ariaPosInSet];
  card.dataset.there = old.dataset.there ?? "";
  old.replaceWith(card);
  if (hadFocus) card.focus({ preventScroll: true });
};
// Not htmx's extension: it must start from the last number the page has, and leave a line that is open and silent.
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
  source.onopen = () => { if (body.dataset.live !== "live") htmx.trigger("#pulse", "refresh"); };
  on("ended", () => window.location.reload());
};
const summarise = () => {
  const fresh = [...document.querySelectorAll(".is-new")];
  const urgent = fresh.filter(({ dataset }) => ["urgent", "emergency"].includes(dataset.severity)).length;
  if (fresh.length) show(find("summary"), `${fresh.length} new${urgent ? `, ${urgent} urgent` : ""}`);
  for (const card of fresh) card.classList.remove("is-new");
};
const pause = (on) => {
  [pausedAt, find("pause").ariaPressed] = [on ? Date.now() : 0, String(on)];
  body.toggleAttribute("data-paused", on);
  beat();
};
const beat = () => {
  columns.forEach(tick);
  if (isScreen && pausedAt && Date.now() - pausedAt > 300000) pause(false);
  const held = columns.reduce((sum, column) => sum + waitingIn(column).length, 0);
  show(find("pause-text"), pausedAt ? `Paused ${minutes(Date.now() - pausedAt)} - ${held} held` : "Pause");
  const silent = Date.now() - Math.min(heardAt, statusAt);
  body.dataset.live = silent < AMBER ? "live" : silent < RED ? "late" : "lost";
  const since = new Date(Date.parse(find("clock").dateTime) - silent).toISOString();
  for (const time of find("notice").querySelectorAll("time")) Object.assign(time, { dateTime: since, title: "" });
  if (needsAnew && body.dataset.live === "live" && !columns.some(isHeld)) htmx.trigger(lanes, "anew");
  // A browser comes back by itself from a line that breaks; not from a silent one, nor an answer that is no stream.
  const patience = source.readyState === EventSource.CLOSED ? 8000 * Math.random() : AMBER;
  if (Date.now() - Math.max(heardAt, triedAt) > patience) connect();
};
find("pause").addEventListener("click", () => pause(!pausedAt));
body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "pulse") statusAt = Date.now();
  const words = [...document.querySelectorAll("#band :is(.band-title, .band-where, .band-gist)")];
  if (words.length) show(find("alert"), words.map((part) => part.textContent.trim()).join(" "));
  if (!lanes.isConnected) setUp();
});
// What had been there when somebody left, by the server's clock. The line above it takes no room.
body.addEventListener("came-back", ({ detail: { at, said } }) => {
  for (const { dataset } of lanes.querySelectorAll(".card")) dataset.there = dataset.came > at ? "" : said;
});
setUp();
window.setInterval(beat, 500);
window.setInterval(summarise, 30000);
beat();
