// The clock of the hospital, and ages that tick without their cards being rendered again.
const clock = document.querySelector("[data-clock]");
const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: document.body.dataset.zone, ...options });
const [time, date] = [{ hour: "2-digit", minute: "2-digit" }, { weekday: "short", day: "numeric", month: "short" }];
const [hours, day, full] = [format(time), format(date), format({ ...date, ...time, second: "2-digit" })];
const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
// The server's clock counts: a screen's own may be wrong.
let offset = Date.parse(clock?.dateTime) - Date.now() || 0;
const set = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
const span = (length) => {
  const seconds = Math.max(0, length / 1000);
  const [size, unit] = units.find(([least]) => seconds >= least) ?? units.at(-1);
  return `${Math.floor(seconds / size)} ${unit}`;
};
const tick = () => {
  const now = new Date(Date.now() + offset);
  clock?.setAttribute("datetime", now.toISOString());
  set(clock?.querySelector("[data-hours]"), hours.format(now));
  set(clock?.querySelector(".day"), `${day.format(now).replace(",", "")} `);
  const shown = document.querySelectorAll("time[data-hour][datetime]");
  for (const one of shown) set(one, hours.format(Date.parse(one.dateTime)));
  for (const each of document.querySelectorAll("time[data-age][datetime]")) {
    set(each, span(now - Date.parse(each.dateTime)));
    each.title ||= full.format(Date.parse(each.dateTime));
  }
  for (const each of document.querySelectorAll("time[data-due][datetime]")) {
    const left = Date.parse(each.dateTime) - now;
    set(each, left < 0 ? `late ${span(-left)}` : span(left));
    each.toggleAttribute("data-late", left < 0);
  }
  for (const each of document.querySelectorAll("time[data-shown]:not([datetime])")) {
    [each.dateTime, each.title] = [now.toISOString(), `Shown ${full.format(now)}`];
    set(each, `+${span(now - Date.parse(each.dataset.shown))}`);
  }
};
document.addEventListener("murmur:clock", (event) => { offset = event.detail - Date.now(); });
// What was just put in needs no second to show its age.
new MutationObserver(tick).observe(document.body, { childList: true, subtree: true });
window.setInterval(tick, 1000);
tick();
