// Sets light or dark before the first paint; the only script that is not a module, so that nothing flashes.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => localStorage.getItem("theme") || "auto";

  const apply = () => {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    root.dataset.themeChoice = choice;
    document.dispatchEvent(new CustomEvent("theme:change"));
  };

  root.classList.add("scripted");
  system.addEventListener("change", apply);
  document.addEventListener("theme:choose", (event) => {
    localStorage.setItem("theme", event.detail);
    apply();
  });
  apply();
})();
