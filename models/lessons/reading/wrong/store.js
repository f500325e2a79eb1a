// The books, kept in the browser. Tells the page about every change with `books:changed`.

const KEY = "reading-list";

const FIRST_BOOKS = [
  { id: 1, title: "The Left Hand of Darkness", author: "Ursula K. Le Guin", read: true },
  { id: 2, title: "Invisible Cities", author: "Italo Calvino", read: false },
  { id: 3, title: "The Periodic Table", author: "Primo Levi", read: false },
];

const FILTERS = {
  all: () => true,
  unread: (book) => !book.read,
};

let books = load();
let filter = "all";

function announce() {
  localStorage.setItem(KEY, JSON.stringify(books));
  notify();
}

function notify() {
  const detail = { books: visible(), filter, counts: counts() };
  document.dispatchEvent(new CustomEvent("list:updated", { detail }));
}

/** The books that the current filter lets through. */
export function visible() {
  return books.filter(FILTERS[filter]);
}

/** How many books each filter lets through. */
export function counts() {
  const count = (test) => books.filter(test).length;
  return Object.fromEntries(
    Object.entries(FILTERS).map(([name, test]) => [name, count(test)]),
  );
}

export function currentFilter() {
  return filter;
}

/** Shows all books, or only those that are still to be read. */
export function setFilter(name) {
  if (!(name in FILTERS)) throw new RangeError(`no such filter: ${name}`);
  filter = name;
  notify();
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
