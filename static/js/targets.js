// The ordered list of a route's targets: add, remove, move. The order of the rows is the order that is sent.
const announce = (list, text) => {
  list.closest("[data-targets]").querySelector("[aria-live]").textContent = text;
};

const actions = {
  add: (_, editor) => {
    const list = editor.querySelector(".targets");
    list.append(editor.querySelector("template").content.cloneNode(true));
    list.lastElementChild.querySelector("select").focus();
  },
  remove: (row, editor) => {
    const list = row.parentElement;
    (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("select").focus();
    row.remove();
    announce(list, `Removed; ${list.children.length} left`);
    if (!list.children.length) editor.querySelector("[data-target-action=add]").focus();
  },
  up: (row) => move(row, row.previousElementSibling, "before"),
  down: (row) => move(row, row.nextElementSibling, "after"),
};

const move = (row, neighbour, side) => {
  if (!neighbour) return;
  const focused = document.activeElement;
  neighbour[side](row);
  focused.focus();
  announce(row, `Now number ${[...row.parentElement.children].indexOf(row) + 1}`);
};

// Shares only mean something where the route is weighted.
const showWeights = (form) => {
  const weighted = form.elements.strategy?.value === "weighted";
  for (const weight of form.querySelectorAll(".targets .weight")) weight.hidden = !weighted;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-target-action]");
  if (!button) return;
  actions[button.dataset.targetAction](button.closest("li"), button.closest("[data-targets]"));
  showWeights(button.form);
});
document.addEventListener("change", (event) => {
  if (event.target.name === "strategy") showWeights(event.target.form);
});
for (const editor of document.querySelectorAll("[data-targets]")) showWeights(editor.closest("form"));
