// Dialogs and drawers: htmx swaps a <dialog> into #overlay, this opens it and clears it away when it closes.
const overlay = document.getElementById("overlay");

document.addEventListener("htmx:afterSwap", () => {
  const dialog = overlay?.querySelector("dialog:not([open])");
  if (!dialog) return;
  dialog.addEventListener("close", () => overlay.replaceChildren());
  dialog.showModal();
});
document.addEventListener("click", (event) => {
  const dialog = event.target.closest("dialog");
  if (!dialog) return;
  const onBackdrop = event.target === dialog;
  if (onBackdrop || event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});
