// Completing what is typed in the search field: a combobox with a list (WAI-ARIA Authoring Practices, "Combobox
// Pattern"). Without this file the field is a plain one.
(() => {
  "use strict";
  const field = document.getElementById("q");
  const list = document.getElementById("suggestions");
  const status = document.getElementById("suggestions-status");
  const pause = 100; // ms without a keystroke, after which it is asked
  const places = 8;
  const labels = { category: "Category", brand: "Brand", product: "Product" };

  let suggestions = []; // as the API gives them, in the order of the list
  let active = -1; // the one that is chosen when the form is sent; -1: what is typed
  let timer;
  let asking = new AbortController();

  const addressOf = (suggestion) => suggestion.filter
    ? "/?" + new URLSearchParams({ filter: suggestion.filter })
    : "/product/" + encodeURIComponent(suggestion.id);

  // Highlights are offsets of code points.
  const marked = ({ text, highlights }) => {
    const characters = [...text];
    const part = (from, to) => characters.slice(from, to).join("");
    const shown = document.createElement("span");
    if (/\p{Script=Han}/u.test(text)) shown.lang = "zh";
    let at = 0;
    for (const [from, to] of highlights) {
      const mark = document.createElement("mark");
      mark.textContent = part(from, to);
      shown.append(part(at, from), mark);
      at = to;
    }
    shown.append(part(at));
    return shown;
  };

  const optionOf = (suggestion, n) => {
    const option = document.createElement("li");
    option.id = "suggestion-" + n;
    option.dataset.kind = suggestion.kind;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    if (suggestion.photo) {
      const photo = document.createElement("img");
      photo.src = suggestion.photo.ref;
      photo.alt = "";
      option.append(photo);
    }
    option.append(marked(suggestion));
    if (labels[suggestion.kind]) {
      const about = document.createElement("small");
      about.textContent = labels[suggestion.kind] + (suggestion.count ? " · " + suggestion.count : "");
      option.append(" ", about);
    }
    option.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
    option.addEventListener("click", () => {
      activate(n);
      field.form.requestSubmit();
    });
    return option;
  };

  const activate = (n) => {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = n;
    const option = list.children[active];
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };

  const isOpen = () => !list.hidden;
  const open = () => {
    list.hidden = suggestions.length === 0;
    field.setAttribute("aria-expanded", String(isOpen()));
  };
  const close = () => {
    clearTimeout(timer);
    asking.abort();
    activate(-1);
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
  };

  const show = (found) => {
    activate(-1);
    suggestions = found;
    list.replaceChildren(...found.map(optionOf));
    open();
    status.textContent = found.length === 1 ? "1 suggestion" : found.length + " suggestions";
  };

  const ask = async () => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await fetch("/api/v1/suggest?" + new URLSearchParams({ q: field.value, limit: places }), { signal });
      const { suggestions: found } = answer.ok ? await answer.json() : { suggestions: [] };
      if (!signal.aborted) show(found);
    } catch {
      // Given up for the next letter, or the server is gone: the field works without suggestions.
    }
  };

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  field.addEventListener("input", (event) => {
    if (event.isComposing) return; // an input method still holds the letters
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  });
  field.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  });
  field.addEventListener("blur", close);
  field.form.addEventListener("submit", (event) => {
    const chosen = suggestions[active];
    close();
    if (!chosen) return;
    if (chosen.query) return (field.value = chosen.query); // with the photo and the mode of this page
    event.preventDefault();
    location.assign(addressOf(chosen));
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const keys = {
      ArrowDown: () => isOpen() ? activate(active + 1 < suggestions.length ? active + 1 : -1) : open(),
      ArrowUp: () => isOpen() ? activate(active >= 0 ? active - 1 : suggestions.length - 1) : open(),
      Escape: isOpen() ? close : undefined, // else the field is emptied
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
