"use strict";
// Say times in the reader's own zone, and send those that are entered in UTC, which is what the page says without this.
(() => {
  const locale = document.documentElement.lang;
  const style = { dateStyle: "medium", timeStyle: "short" };
  const local = new Intl.DateTimeFormat(locale, style);

  const say = (root) => {
    for (const time of root.querySelectorAll("time[datetime]")) {
      time.title = time.dateTime;
      time.textContent = local.format(new Date(time.dateTime));
    }
  };
  say(document);
  document.addEventListener("htmx:after:swap", () => say(document));

  const pad = (number) => String(number).padStart(2, "0");
  const day = (at) => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  for (const input of document.querySelectorAll("input[type=datetime-local]")) {
    if (input.value) {
      const at = new Date(`${input.value}Z`);
      input.value = `${day(at)}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
    }
    const sent = document.createElement("input");
    sent.type = "hidden";
    sent.name = input.name;
    input.removeAttribute("name");
    input.after(sent);
    const update = () => {
      sent.value = input.value ? new Date(input.value).toISOString().slice(0, 16) : "";
    };
    input.addEventListener("input", update);
    update();
  }
  for (const zone of document.querySelectorAll(".zone")) {
    zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
})();
