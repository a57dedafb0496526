// The character count, copying, and the keyboard's place. All of it also works as a plain link, button or form.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
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
  document.addEventListener("htmx:beforeSwap", () => { held = document.activeElement.closest(".row-link")?.id; });
  // A row that was swapped keeps the keyboard's place.
  document.addEventListener("htmx:afterSettle", () => {
    count();
    if (held && document.activeElement === document.body) find(`#${held}`)?.focus({ preventScroll: true });
  });
  count();
})();
