// Finds elements as a person or a screen reader does: by role and accessible name. A subset of ARIA that is enough
// for our page; what it does not know, it does not find. Installed in every document before its own scripts.

globalThis.midstreamFind = (() => {
  const byTag = {
    button: "button", summary: "button", textarea: "textbox", nav: "navigation", main: "main", aside: "complementary",
    header: "banner", footer: "contentinfo", dialog: "dialog", ul: "list", ol: "list", li: "listitem", option: "option",
    img: "img", table: "table", tr: "row", td: "cell", th: "columnheader", form: "form", output: "status",
    progress: "progressbar", meter: "meter", h1: "heading", h2: "heading", h3: "heading", h4: "heading",
    fieldset: "group", details: "group", hr: "separator", article: "article", search: "search",
  };
  const byInput = {
    button: "button", submit: "button", reset: "button", image: "button", checkbox: "checkbox", radio: "radio",
    range: "slider", number: "spinbutton", search: "searchbox",
  };
  const namedByContent = new Set([
    "button", "link", "heading", "option", "tab", "menuitem", "menuitemradio", "menuitemcheckbox", "checkbox", "radio",
    "switch", "treeitem", "listitem", "cell", "row", "columnheader", "tooltip",
  ]);
  const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();

  function role(element) {
    const stated = tidy(element.getAttribute("role")).split(" ")[0];
    if (stated) return stated;
    const tag = element.localName;
    if (tag === "a") return element.hasAttribute("href") ? "link" : "";
    if (tag === "input") return byInput[element.type] ?? (element.type === "hidden" ? "" : "textbox");
    if (tag === "select") return element.multiple || element.size > 1 ? "listbox" : "combobox";
    if (tag === "section") return name(element, "region") ? "region" : "";
    return byTag[tag] ?? "";
  }

  function name(element, ofRole) {
    const ids = tidy(element.getAttribute("aria-labelledby"));
    if (ids) return tidy(ids.split(" ").map((id) => document.getElementById(id)?.textContent).join(" "));
    const label = tidy(element.getAttribute("aria-label"));
    if (label) return label;
    if (element.labels?.length) return tidy([...element.labels].map((each) => each.textContent).join(" "));
    if (element.alt) return tidy(element.alt);
    if (element.localName === "fieldset") return tidy(element.querySelector("legend")?.textContent);
    if (element.localName === "input" && ofRole === "button") return tidy(element.value);
    if (namedByContent.has(ofRole)) {
      const content = tidy(content_(element));
      if (content) return content;
    }
    return tidy(element.title || element.getAttribute("placeholder"));
  }

  /** The text of an element without what is hidden from everybody who reads it. */
  function content_(element) {
    let text = "";
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) text += node.data;
      else if (node.nodeType === Node.ELEMENT_NODE && !hiddenHere(node)) {
        text += ` ${node.getAttribute("aria-label") ?? content_(node)} `;
      }
    }
    return text;
  }

  const hiddenHere = (element) =>
    element.getAttribute("aria-hidden") === "true" || element.hidden || element.localName === "style";

  const visible = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true], [inert]");

  /** All visible elements with that role and, if given, that very name. */
  function byRole(wanted, wantedName) {
    return [...document.querySelectorAll("*")].filter((element) => {
      const has = role(element);
      return has === wanted && (wantedName === null || name(element, has) === wantedName) && visible(element);
    });
  }

  const bySelector = (selector) => [...document.querySelectorAll(selector)].filter(visible);

  /** How often an element is looked at before one that keeps moving is taken as it is. */
  const LOOKS = 60;
  /** Where elements were when they were last looked at, and how often that was. */
  const looks = new WeakMap();

  /** The middle of the element if a click there would reach it now, and it has stood still for a frame; else null. */
  function clickable(element) {
    element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    if (element.disabled || element.getAttribute("aria-disabled") === "true") return null;
    const box = element.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const before = looks.get(element) ?? { count: 0 };
    looks.set(element, { x, y, count: before.count + 1 });
    if ((before.x !== x || before.y !== y) && before.count < LOOKS) return null;
    const hit = document.elementFromPoint(x, y);
    if (!hit || !(element.contains(hit) || hit.closest("label")?.control === element)) return null;
    looks.delete(element);
    return { x, y, width: box.width };
  }

  /** What the next press is meant for, and whether it got there: null until it came. */
  let aim = null;

  /** As `clickable`, and a press from now on that lands elsewhere reaches nothing: what lay there has moved away. */
  function aimed(element) {
    const place = clickable(element);
    if (place) aim = { element, hit: null };
    return place;
  }

  /** Whether the press landed where it was meant to; true where the page that it was meant for is gone. */
  function landed() {
    const hit = aim?.hit ?? true;
    aim = null;
    return hit;
  }

  for (const kind of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
    globalThis.addEventListener(kind, (event) => {
      if (!aim) return;
      aim.hit ??= aim.element.contains(event.target) || event.target.closest?.("label")?.control === aim.element;
      if (aim.hit) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
  }

  /** Every role and name on the page, for the message of a test that did not find what it looked for. */
  function outline() {
    const told = new Set();
    for (const element of document.querySelectorAll("*")) {
      const has = role(element);
      if (has && visible(element)) told.add(`${has} ${JSON.stringify(name(element, has).slice(0, 60))}`);
    }
    return [...told].slice(0, 80).join("\n");
  }

  return { byRole, bySelector, clickable, aimed, landed, outline };
})();
