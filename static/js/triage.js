// Keys, the character count and copying. Everything here also works as a plain link, button or form.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const rows = () => [...document.querySelectorAll(".row-link")];
  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

  const step = (by) => {
    const links = rows();
    const at = links.indexOf(document.activeElement);
    const open = links.findIndex((link) => link.hasAttribute("aria-current"));
    const from = at >= 0 ? at : open >= 0 ? open : by > 0 ? -1 : links.length;
    links[Math.max(0, Math.min(links.length - 1, from + by))]?.focus();
  };
  const press = (key) => {
    const control = [...document.querySelectorAll(`[data-key="${key}"]`)].find((one) => one.checkVisibility());
    if (control) { if (isTyping(control)) control.focus(); else control.click(); }
    if (control && key === "e") find("#outcome").focus();
    return Boolean(control);
  };
  const moves = { j: () => step(1), k: () => step(-1), o: () => (document.activeElement.matches(".row-link") ? document.activeElement.click() : step(1)), "?": () => find("#keys").showModal() };

  document.addEventListener("keydown", (event) => {
    const typing = isTyping(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      find("[data-submit]")?.click();
    } else if (event.key === "Escape" && typing) event.target.blur();
    else if (!typing && !event.ctrlKey && !event.altKey && !event.metaKey && !find("dialog[open]")) {
      if (moves[event.key]) moves[event.key](); else if (!press(event.key)) return;
      event.preventDefault();
    }
  });

  const count = () => {
    const text = find("#text");
    if (!text) return;
    const length = text.value.trim().length;
    find("[data-count]").textContent = length;
    find("[data-over]").hidden = length <= Number(text.dataset.limit);
  };
  document.addEventListener("input", (event) => { if (event.target.id === "text") count(); });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(find(`#${button.dataset.copy}`).value);
    window.open(button.dataset.open, "_blank", "noopener,noreferrer");
  });
  let held = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    held = document.activeElement.matches(".row-link") ? document.activeElement.id : "";
    // A refused move answers 409 with the page that says why.
    if (event.detail.xhr.status === 409) Object.assign(event.detail, { shouldSwap: true, isError: false });
  });
  // A row that was swapped keeps the keyboard's place.
  document.addEventListener("htmx:afterSettle", () => {
    count();
    if (held && document.activeElement === document.body && find(`#${held}`)) find(`#${held}`).focus({ preventScroll: true });
  });
  count();
})();
