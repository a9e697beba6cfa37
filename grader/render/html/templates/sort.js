"use strict";
// Sort the learners by a column, find some of them; what has no value stands last either way.
(() => {
  const table = document.querySelector("table.learners");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const value = (row, column) => row.cells[column].textContent.trim().replace(/^–$/, "");

  for (const button of table.querySelectorAll("th > button")) {
    button.addEventListener("click", () => {
      const head = button.parentElement;
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const keyed = rows.map((row, place) => ({ row, place, key: value(row, head.cellIndex) }));
      keyed.sort((a, b) => {
        if (!a.key || !b.key) return (a.key ? 0 : 1) - (b.key ? 0 : 1) || a.place - b.place;
        const order = words.compare(a.key, b.key);
        return (descending ? -order : order) || a.place - b.place;
      });
      const sorted = document.createDocumentFragment();
      for (const { row } of keyed) sorted.append(row);
      body.append(sorted);
    });
  }

  const find = document.querySelector(".find");
  const input = find.querySelector("input");
  const shown = find.querySelector("output");
  const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase());
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let count = 0;
    rows.forEach((row, place) => {
      row.hidden = !texts[place].includes(wanted);
      count += !row.hidden;
    });
    shown.textContent = wanted ? shown.dataset.says.replace("{count}", count).replace("{total}", rows.length) : "";
  });
  find.hidden = false;
})();
