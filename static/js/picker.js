// A long list of radio buttons with a search above it (templates/routing/providers/kind_widget.html).
const narrow = (picker, words) => {
  let found = false;
  for (const group of picker.querySelectorAll(".picker-group")) {
    const options = [...group.querySelectorAll("label")];
    for (const option of options) {
      const text = `${option.textContent} ${option.firstElementChild.value}`.toLowerCase();
      option.hidden = !words.every((word) => text.includes(word));
    }
    group.hidden = options.every((option) => option.hidden);
    found ||= !group.hidden;
  }
  picker.querySelector("[data-picker-none]").hidden = found;
};

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-picker-search]")) return;
  narrow(event.target.closest("[data-picker]"), event.target.value.toLowerCase().split(/\s+/).filter(Boolean));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-picker-search]")) return;
  event.preventDefault(); // it chooses the first that is left, and does not send the form
  event.target.closest("[data-picker]").querySelector("label:not([hidden]) input")?.click();
});
document.addEventListener("change", (event) => {
  const picker = event.target.closest("[data-picker]");
  if (picker && event.target.checked) picker.querySelector("[data-picker-chosen]").textContent = event.target.parentElement.textContent;
});
for (const chosen of document.querySelectorAll("[data-picker][open] input:checked")) {
  const list = chosen.closest(".picker-list");
  list.scrollTop = chosen.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 2;
}
