"use strict";
// What is wider than its place can be scrolled by keys too, also where a browser would pass it by.
(() => {
  const reach = () => {
    for (const one of document.querySelectorAll(".sheet table, .sheet pre, math[display=block]")) {
      if (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + 4) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
  };
  reach();
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
  document.addEventListener("htmx:after:swap", reach);
})();
