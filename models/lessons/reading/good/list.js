// Shows the books, and passes what the reader does on to the store.

import { add, all, toggle } from "./store.js";

const list = document.getElementById("books");
const form = document.getElementById("add");
const showAll = document.getElementById("show-all");
const showUnread = document.getElementById("show-unread");

let unreadOnly = false;

function row(book) {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = book.read;
  box.addEventListener("change", () => toggle(book.id));

  const title = document.createElement("span");
  title.textContent = book.author ? `${book.title}, ${book.author}` : book.title;
  title.className = book.read ? "read" : "";

  const label = document.createElement("label");
  label.append(box, " ", title);

  const item = document.createElement("li");
  item.append(label);
  return item;
}

function show(books) {
  const visible = unreadOnly ? books.filter((book) => !book.read) : books;
  list.replaceChildren(...visible.map(row));
  showAll.setAttribute("aria-pressed", String(!unreadOnly));
  showUnread.setAttribute("aria-pressed", String(unreadOnly));
}

function filter(unread) {
  unreadOnly = unread;
  show(all());
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { title, author } = form.elements;
  add(title.value.trim(), author.value.trim());
  form.reset();
});

showAll.addEventListener("click", () => filter(false));
showUnread.addEventListener("click", () => filter(true));

document.addEventListener("books:changed", (event) => show(event.detail.books));

show(all());
