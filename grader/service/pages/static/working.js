"use strict";
// A form whose answer may take long says that it is being worked on from the moment it is sent, and is sent once.
(() => {
  for (const form of document.querySelectorAll("form[data-working]")) {
    const status = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    const say = (working) => {
      status.textContent = working ? form.dataset.working : "";
      status.classList.toggle("working", working);
      button.disabled = working;
    };
    form.addEventListener("submit", () => say(true));
    addEventListener("pageshow", () => say(false));
  }
})();
