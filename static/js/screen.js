// Seconds until the next scene, counted down here: a screen's own clock may be wrong.
const step = (one) => { one.textContent = `${one.dataset.left = Math.max(0, one.dataset.left - 1)} s`; };
setInterval(() => document.querySelectorAll("[data-left]").forEach(step), 1000);
