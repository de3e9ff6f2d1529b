// The sidebar as a drawer on small screens.
const body = document.body;
const button = document.querySelector("[data-menu-open]");

const setOpen = (open) => {
  body.classList.toggle("menu-open", open);
  button?.setAttribute("aria-expanded", String(open));
  (open ? document.querySelector(".sidebar-panel a") : button)?.focus();
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-menu-open]")) setOpen(true);
  else if (event.target.closest("[data-menu-close]")) setOpen(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && body.classList.contains("menu-open")) setOpen(false);
});
