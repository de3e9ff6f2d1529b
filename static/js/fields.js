// Fields that depend on another field: data-shown-for="kind=a|b", or "kind!=a|b", on the field's input.
const update = (form) => {
  for (const input of form.querySelectorAll("[data-shown-for]")) {
    const [, name, not, values] = /^(\w+)(!?)=(.*)$/.exec(input.dataset.shownFor);
    const holder = input.closest(".mb-3, .field") ?? input;
    holder.hidden = values.split("|").includes(form.elements[name]?.value) === Boolean(not);
  }
};

document.addEventListener("change", (event) => {
  if (event.target.form) update(event.target.form);
});
for (const form of document.forms) update(form);
