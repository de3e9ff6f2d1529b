// Copy buttons: data-copy names the element whose text goes to the clipboard.
const copyText = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // plain http has no clipboard API
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy) ?? visiblePanel(button);
  await copyText(source.textContent.trim());
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1800);
});

const visiblePanel = (button) => button.closest(".snippet").querySelector("[role=tabpanel]:not([hidden])");
