"use strict";
// In the field for code Tab indents, but only once something was typed or clicked in it: whoever passes by with the
// keyboard passes, and Escape lets out whoever writes.
(() => {
  const field = document.querySelector("textarea.code-field");
  if (!field) return;
  const hint = document.querySelector("[data-keys-hint]");
  hint.textContent = hint.dataset.keysHint;
  const INDENT = "    ";
  let writing = false;

  const insert = (text) => {
    // What the browser itself inserts can be undone with it.
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    }
  };
  const lines = () => {
    const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
    const last = Math.max(field.selectionStart, field.selectionEnd - 1);
    const end = field.value.indexOf("\n", last);
    return [start, end < 0 ? field.value.length : end];
  };
  const shift = (out) => {
    const [start, end] = lines();
    const before = field.value.slice(start, end);
    const after = out ? before.replace(/^(\t| {1,4})/gm, "") : before.replace(/^(?=.)/gm, INDENT);
    if (after === before) return;
    field.setSelectionRange(start, end);
    insert(after);
    field.setSelectionRange(start, start + after.length);
  };

  field.addEventListener("blur", () => { writing = false; });
  field.addEventListener("pointerdown", () => { writing = true; });
  field.addEventListener("input", () => { writing = true; });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") writing = false;
    if (!writing || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Tab") {
      event.preventDefault();
      const several = field.value.slice(field.selectionStart, field.selectionEnd).includes("\n");
      if (event.shiftKey || several) shift(event.shiftKey);
      else insert(INDENT);
    } else if (event.key === "Enter" && !event.shiftKey) {
      const line = field.value.slice(field.value.lastIndexOf("\n", field.selectionStart - 1) + 1, field.selectionStart);
      event.preventDefault();
      insert("\n" + line.match(/^[ \t]*/)[0] + (line.trimEnd().endsWith(":") ? INDENT : ""));
    }
  });
})();
