"use strict";
// Files that are dropped anywhere on the page are chosen, as by the button; nothing is sent before it is pressed.
(() => {
  const input = document.querySelector("#files");
  if (!input) return;
  const chosen = document.querySelector("[data-chosen]");
  const hint = document.querySelector("[data-drop-hint]");
  hint.textContent = hint.dataset.dropHint;

  const say = () => {
    const names = [...input.files].map((file) => file.name).join(", ");
    chosen.textContent = names && chosen.dataset.chosen.replace("{names}", names);
  };
  const has = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  const mark = () => document.body.classList.toggle("dropping", depth > 0);

  input.addEventListener("change", say);
  say();  // a file may have been chosen before this script came, or be kept from before
  document.addEventListener("dragenter", (event) => {
    if (has(event)) { depth += 1; mark(); }
  });
  document.addEventListener("dragleave", (event) => {
    if (has(event)) { depth = Math.max(0, depth - 1); mark(); }
  });
  document.addEventListener("dragover", (event) => {
    if (has(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    say();
    input.form.scrollIntoView({ block: "nearest" });
    input.form.querySelector("button").focus();
  });
})();
