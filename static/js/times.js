// The clock of the hospital, and ages that tick without their cards being rendered again.
(() => {
  "use strict";
  const page = document.documentElement;
  const clock = document.querySelector("[data-clock]");
  // The server's clock counts: a screen's own may be wrong.
  let offset = clock ? Date.parse(clock.dateTime) - Date.now() : 0;
  const now = () => Date.now() + offset;
  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: document.body.dataset.zone, ...options });
  const [time, date] = [{ hour: "2-digit", minute: "2-digit" }, { weekday: "short", day: "numeric", month: "short" }];
  const [hours, day, full] = [format(time), format(date), format({ ...date, ...time, second: "2-digit" })];
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [0, "s"]];
  const age = (since) => {
    const seconds = Math.max(0, Math.floor((now() - Date.parse(since)) / 1000));
    const [size, unit] = units.find(([least]) => seconds >= least);
    return `${Math.floor(seconds / (size || 1))} ${unit}`;
  };
  const set = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  const tick = (root) => {
    for (const each of root.querySelectorAll("time[data-age]")) {
      set(each, age(each.dateTime));
      each.title ||= full.format(Date.parse(each.dateTime));
    }
    for (const each of root.querySelectorAll("time[data-shown]:not([datetime])")) {
      each.dateTime = new Date(now()).toISOString();
      each.title = `Shown ${full.format(now())}`;
      set(each, `+${age(each.dataset.shown)}`);
    }
    set(clock?.querySelector("[data-hours]"), hours.format(now()));
    set(clock?.querySelector(".day"), `${day.format(now()).replace(",", "")} `);
  };
  page.addEventListener("murmur:clock", (event) => { offset = event.detail - Date.now(); });
  page.addEventListener("murmur:tick", (event) => tick(event.target));
  window.setInterval(tick, 1000, document);
  tick(document);
})();
