// The light / dark / as-the-system choice in the top bar.
const mark = () => {
  const choice = document.documentElement.dataset.themeChoice;
  for (const option of document.querySelectorAll("[data-theme-option]")) {
    option.setAttribute("aria-checked", String(option.dataset.themeOption === choice));
  }
};

document.addEventListener("click", (event) => {
  const option = event.target.closest("[data-theme-option]");
  if (option) {
    document.dispatchEvent(new CustomEvent("theme:choose", { detail: option.dataset.themeOption }));
  }
});
document.addEventListener("theme:change", mark);
mark();
