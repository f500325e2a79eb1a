// One line above the list: how many books, and how many are still to be read.

import { all } from "./store.js";

const summary = document.getElementById("summary");

function show(books) {
  const unread = books.filter((book) => !book.read).length;
  const noun = books.length === 1 ? "book" : "books";
  summary.textContent = `${books.length} ${noun}, ${unread} to read`;
  document.title = unread > 0 ? `(${unread}) Reading list` : "Reading list";
}

document.addEventListener("books:changed", (event) => show(event.detail.books));

show(all());
