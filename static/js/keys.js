// Keys, on every page: a control with data-key is pressed by its key, items of a list are stepped through.
(() => {
  "use strict";
  const CARD = "article[data-item]";
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");
  const item = () => document.activeElement.closest("[data-item]");
  const step = (by) => {
    const items = [...(item()?.closest("[data-list]") ?? document).querySelectorAll("[data-item]")];
    const open = items.findIndex((one) => one.hasAttribute("aria-current"));
    const from = item() ? items.indexOf(item()) : open >= 0 ? open : by > 0 ? -1 : items.length;
    items[Math.max(0, Math.min(items.length - 1, from + by))]?.focus();
    return true;
  };
  const open = () => (item() ? !(item().querySelector("[data-open]") ?? item()).click() : step(1));
  const moves = { j: 1, PageDown: 1, k: -1, PageUp: -1 };
  const others = { o: open, Enter: open, "?": () => document.querySelector("#keys")?.showModal() ?? true };
  const press = (key) => {
    const controls = shown(`[data-key="${key}"]`);
    for (const one of key === "." ? controls : controls.slice(0, 1)) one[isTyping(one) ? "focus" : "click"]();
    if (controls.length && key === "e") document.querySelector("#outcome")?.focus();
    return controls.length > 0;
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const needed = { " ": "body, [data-item], [data-list]", Enter: CARD, PageDown: CARD, PageUp: CARD }[key] ?? "*";
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) shown("[data-submit]")[0]?.click();
    else if (key === "Escape" && isTyping(target)) target.blur();
    if (isTyping(target) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!target.matches(needed) || document.querySelector("dialog[open]")) return;
    if (press(key) || (moves[key] ? step(moves[key]) : others[key]?.())) event.preventDefault();
  });
})();
