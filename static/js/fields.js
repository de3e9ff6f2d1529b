// Fields that depend on another field: data-shown-for="kind=openai_compatible" on the field's input.
const update = (form) => {
  for (const input of form.querySelectorAll("[data-shown-for]")) {
    const [name, wanted] = input.dataset.shownFor.split("=");
    const holder = input.closest(".mb-3, .field") ?? input;
    holder.hidden = !wanted.split("|").includes(form.elements[name]?.value);
  }
};

document.addEventListener("change", (event) => {
  if (event.target.form) update(event.target.form);
});
for (const form of document.forms) update(form);
