// The books, kept in the browser. Tells the page about every change with `books:changed`.

const KEY = "reading-list";

const FIRST_BOOKS = [
  { id: 1, title: "The Left Hand of Darkness", author: "Ursula K. Le Guin", read: true },
  { id: 2, title: "Invisible Cities", author: "Italo Calvino", read: false },
  { id: 3, title: "The Periodic Table", author: "Primo Levi", read: false },
];

let books = load();

function announce() {
  localStorage.setItem(KEY, JSON.stringify(books));
  document.dispatchEvent(new CustomEvent("books:changed", { detail: { books } }));
}

export function all() {
  return books;
}

export function add(title, author) {
  const id = Math.max(0, ...books.map((book) => book.id)) + 1;
  books = [...books, { id, title, author, read: false }];
  announce();
}

export function toggle(id) {
  books = books.map((book) => (book.id === id ? { ...book, read: !book.read } : book));
  announce();
}

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? FIRST_BOOKS;
  } catch {
    return FIRST_BOOKS;
  }
}
