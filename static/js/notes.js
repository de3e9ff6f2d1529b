// Messages at the top of the page: they can be closed, and a failed htmx request adds one.
const FAILED = "That did not work. Check the connection and try again.";

document.addEventListener("click", (event) => {
  event.target.closest("[data-note-close]")?.closest(".note").remove();
});

const complain = () => {
  const notes = document.getElementById("notes");
  const note = document.getElementById("note-template").content.cloneNode(true);
  note.querySelector("p").textContent = FAILED;
  notes.replaceChildren(note);
  notes.scrollIntoView({ block: "nearest" });
};
document.addEventListener("htmx:sendError", complain);
document.addEventListener("htmx:responseError", complain);
