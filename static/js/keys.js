// Keys, on every page: a control with data-key is pressed by its key, items of a list are stepped through.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const isTyping = (element) => element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const item = () => document.activeElement.closest("[data-item]");
  // First what the focused item holds; never what another holds, nor what lies under an open dialog.
  const shown = (selector) => [item(), find("dialog:modal") ?? document]
    .flatMap((root) => [...(root?.querySelectorAll(selector) ?? [])])
    .filter((one) => one.checkVisibility() && [null, item()].includes(one.closest("[data-item]")));
  const step = (by) => {
    const items = [...(item()?.closest("[data-list]") ?? document).querySelectorAll("[data-item]")];
    const open = items.findIndex((one) => one.hasAttribute("aria-current"));
    const from = item() ? items.indexOf(item()) : open >= 0 ? open : by > 0 ? -1 : items.length;
    return items[Math.max(0, Math.min(items.length - 1, from + by))]?.focus() ?? true;
  };
  const open = () => (item() ? !(item().querySelector("[data-open]") ?? item()).click() : step(1));
  const moves = { j: 1, PageDown: 1, k: -1, PageUp: -1 };
  const others = { o: open, Enter: open, "?": () => find("#keys")?.showModal() ?? true };
  const places = { " ": "body, [data-item], [data-list]", Enter: "article, tr", PageDown: "article", PageUp: "article" };
  const press = (key) => {
    const controls = shown(`[data-key="${CSS.escape(key)}"]`);
    for (const one of key === "." ? controls : controls.slice(0, 1)) one[isTyping(one) ? "focus" : "click"]();
    if (controls.length && key === "e") find("#outcome")?.focus();
    return controls.length > 0;
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) shown("[data-submit]")[0]?.click();
    else if (key === "Escape" && isTyping(target)) target.blur();
    if (isTyping(target) || event.ctrlKey || event.altKey || event.metaKey || !target.matches(places[key] ?? "*")) return;
    if (press(key) || (!find("dialog:modal") && (moves[key] ? step(moves[key]) : others[key]?.()))) event.preventDefault();
  });
  // The panel stands above the page; when it closes, the keyboard is back at its item.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || !find("#panel") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    (link.closest("[data-item]") ?? link).focus({ preventScroll: true });
    const into = { target: "#panel", select: "#panel", swap: "outerHTML settle:0ms" };
    htmx.ajax("GET", link.dataset.panel, into).then(() => find("#panel")?.showModal());
  });
  document.addEventListener("labelled", () => find("#panel")?.close());
})();
