// Shows the books, and passes what the reader does on to the store.

import { add, all, toggle } from "./store.js";

const list = document.getElementById("books");
const form = document.getElementById("add");

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
  list.replaceChildren(...books.map(row));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { title, author } = form.elements;
  add(title.value.trim(), author.value.trim());
  form.reset();
});

document.addEventListener("books:changed", (event) => show(event.detail.books));

show(all());
