// The clock of the hospital, and ages that tick without their cards being rendered again.
(() => {
  "use strict";
  const page = document.documentElement;
  const clock = document.querySelector("[data-clock]");
  const zone = clock ? clock.dataset.zone : undefined;
  // The server's clock counts: a screen's own may be wrong.
  const server = clock ? Date.parse(clock.dateTime) : Date.now();
  let offset = server - Date.now();
  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
  const hours = format({ hour: "2-digit", minute: "2-digit" });
  const full = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = format({ weekday: "short", day: "numeric", month: "short" });

  const words = (seconds) => {
    if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
    return `${Math.floor(seconds / 86400)} d`;
  };
  const now = () => Date.now() + offset;
  const set = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

  const tick = (root) => {
    for (const time of root.querySelectorAll("time[data-age]")) {
      const at = Date.parse(time.dateTime);
      set(time, words((now() - at) / 1000));
      if (!time.title) time.title = full.format(at);
    }
    for (const time of root.querySelectorAll("time[data-shown]:not([datetime])")) {
      time.dateTime = new Date(now()).toISOString();
      time.title = `Shown ${full.format(now())}`;
      time.textContent = `+${words((now() - Date.parse(time.dataset.shown)) / 1000)}`;
    }
  };
  const run = () => {
    if (clock) {
      set(clock.querySelector("[data-hours]"), hours.format(now()));
      set(clock.querySelector(".day"), `${day.format(now()).replace(",", "")} `);
    }
    tick(document);
  };
  page.addEventListener("murmur:clock", (event) => { offset = event.detail - Date.now(); });
  page.addEventListener("murmur:tick", (event) => tick(event.target));
  window.setInterval(run, 1000);
  run();
})();
