// Keys, on every page: a control with data-key is pressed by its key, items of a list are stepped through and picked.
const find = (selector) => document.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const isTyping = (one) => one.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const focused = () => document.activeElement.closest("[data-item]");
const item = () => focused() ?? find("[data-item]:has(> [data-open][aria-current])");
// First what the item holds; never what another holds, nor what lies under an open dialog.
const shown = (selector) => [item(), document.activeElement.closest("[data-column]"), find("dialog:modal") ?? document]
  .flatMap((root) => (root ? all(selector, root) : []))
  .filter((one) => one.checkVisibility() && [null, item()].includes(one.closest("[data-item]")));
// Whoever has chosen keys of their own: ours to theirs.
const own = new Map(Object.entries(JSON.parse(document.body.dataset.keys || "{}")));
const ours = (key) => [...own].find(([, theirs]) => theirs === key)?.[0] ?? (own.has(key) ? "" : key);
const label = () => {
  for (const one of all("[data-key]")) one.ariaKeyShortcuts = own.get(one.dataset.key) ?? one.dataset.key;
  for (const one of own.size ? all("[data-key] kbd, kbd[data-shows]") : []) {
    const key = one.dataset.shows ??= one.textContent;
    one.textContent = own.get(key) ?? key;
  }
};
const step = (by) => {
  const items = all("[data-item]:not([hidden])", item()?.closest("[data-list]") ?? document);
  const from = item() ? items.indexOf(item()) : by > 0 ? -1 : items.length;
  const next = items[Math.max(0, Math.min(items.length - 1, from + by))];
  (next?.matches("[tabindex], a") ? next : next?.querySelector("[data-open]"))?.focus();
  return true;
};
const pick = () => { for (const box of item() ? all("[data-key=x]", item()) : []) box.checked = true; };
const extend = (by) => { pick(); step(by); pick(); return true; };
const open = () => (item() ? !(item().querySelector("[data-open]") ?? item()).click() : step(1));
const help = () => {
  for (const one of all("#keys [data-for]")) one.inert = !shown(`[data-key="${one.dataset.for}"]`).length;
  return find("#keys")?.showModal() ?? true;
};
const [next, previous, nextToo, previousToo] = [() => step(1), () => step(-1), () => extend(1), () => extend(-1)];
const moves = { j: next, PageDown: next, "Shift+j": nextToo, "?": help,
                k: previous, PageUp: previous, "Shift+k": previousToo, o: open, Enter: open };
const places = { " ": "body, [data-item], [data-list]", Enter: "article, tr", PageDown: "article", PageUp: "article" };
const press = (key) => {
  const controls = shown(`[data-key="${CSS.escape(key)}"]`);
  // A row under the cursor that is not the open one is opened first: nothing is done to what one does not look at.
  if (controls[0]?.closest("#case") && focused() && !focused().querySelector("[aria-current]")) return open();
  for (const one of key === "." ? new Set(controls) : controls.slice(0, 1)) {
    const fold = one.matches("summary") ? one.parentElement : null;
    if (!fold?.open) one[isTyping(one) ? "focus" : "click"]();
    fold?.querySelector("select, input:not([type=hidden]), textarea, button")?.focus();
  }
  return controls.length > 0;
};
// A menu is left by Escape, which gives the keyboard back to its button, and by going on elsewhere.
const menus = () => all("details:is(.menu, .column-menu)[open]");
for (const name of ["click", "focusin"]) {
  document.addEventListener(name, ({ target }) => { for (const one of menus()) one.open = one.contains(target); });
}
let [wentAt, waiting] = [-Infinity, 0];
const hint = (on) => { clearTimeout(waiting); document.body.toggleAttribute("data-hints", on); };
document.addEventListener("keydown", (event) => {
  const { key, target, shiftKey } = event;
  const isHeld = event.ctrlKey || event.metaKey;
  if (key === "Escape" && isTyping(target)) { target.blur(); target.closest("details[name]")?.removeAttribute("open"); }
  if (key === "Escape") for (const one of menus()) [one.open] = [false, one.querySelector("summary").focus()];
  hint(false);
  if (event.altKey) return;
  if (isHeld && key === "Enter") shown("[data-submit]").find(({ form }) => form === (target.form ?? form))?.click();
  if (isHeld && press(`Ctrl+${key}`)) event.preventDefault();
  if (isHeld || isTyping(target) || !target.matches(places[key] ?? "*")) return;
  if (key === "Shift" && !event.repeat) waiting = setTimeout(hint, 600, true);
  if (/^\S$/.test(key) && "keysOff" in document.body.dataset) return;
  const isLetter = shiftKey && /^([A-Z]|Arrow(Left|Right))$/.test(key);
  const meant = (isLetter ? "Shift+" : "") + ours(isLetter ? key.toLowerCase() : key);
  const whole = event.timeStamp - wentAt < 1500 ? `g ${key}` : meant;
  wentAt = whole === "g" ? event.timeStamp : -Infinity;
  if (press(whole) || (!find("dialog:modal") && moves[whole]?.())) event.preventDefault();
});
for (const name of ["keyup", "blur"]) window.addEventListener(name, () => hint(false));
document.addEventListener("htmx:afterSettle", label);
label();
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(find(`#${button.dataset.copy}`).value);
  if (button.dataset.open) window.open(button.dataset.open, "_blank", "noopener,noreferrer");
});
// The panel stands above the page; when it closes, the keyboard is back at its item.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-panel]");
  if (!link || !find("#panel") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (link.closest("[data-item]") ?? link).focus({ preventScroll: true });
  htmx.ajax("GET", link.dataset.panel, { source: "#panel" }).then(() => find("#panel")?.showModal());
});
document.addEventListener("labelled", () => find("#panel")?.close());
