// Links that carry a list's filters, such as its export, follow when htmx changes the address.
document.addEventListener("htmx:pushedIntoHistory", () => {
  const query = new URLSearchParams(location.search);
  for (const cursor of ["before", "after", "page"]) query.delete(cursor);
  for (const link of document.querySelectorAll("[data-follows-filters]")) link.search = query.toString();
});
