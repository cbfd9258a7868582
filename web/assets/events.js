// What a shopper sees and does, for the ranker to learn from (docs/events.md): products that were on the screen, clicks
// on them, views of their pages, and what buttons with data-action do. The server signed each place in a list; the
// token goes back with the event, and on to the product's page in the fragment of the link.
(() => {
  "use strict";
  const seenFor = 1000; // ms that half of a tile is on the screen
  const sendEvery = 2000; // ms
  const mostWaiting = 200; // events that are kept for another try
  const client = document.body.dataset.client; // only where there is no cookie
  let waiting = [];

  const randomId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  // A source is a place in a list: {query, position, token}, and client where there is no cookie.
  const note = (action, product, source) => {
    const event = { event_id: randomId(), action_name: action, timestamp: new Date().toISOString(), event_attributes: { object: { object_id: product } } };
    const who = source?.client ?? client;
    if (who) event.client_id = who;
    if (source) {
      event.query_id = source.query;
      event.event_attributes.position = { ordinal: source.position };
      event.event_attributes.impression = source.token;
    }
    waiting.push(event);
  };

  const send = async () => {
    if (waiting.length === 0) return;
    const batch = waiting.splice(0, 100);
    let again = false;
    try {
      const answer = await fetch("/api/v1/events", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(batch), keepalive: true });
      again = answer.status === 503 || answer.status === 504;
    } catch {
      again = true; // known events are harmless
    }
    if (again) waiting = batch.concat(waiting).slice(0, mostWaiting);
  };

  const sendLast = () => {
    while (waiting.length > 0) {
      navigator.sendBeacon("/api/v1/events", new Blob([JSON.stringify(waiting.splice(0, 100))], { type: "application/json" }));
    }
  };

  const sourceOf = (tile) => ({ query: tile.dataset.query, position: Number(tile.dataset.position), token: tile.dataset.impression, client });

  // Impressions: once a list and product.
  const timers = new Map();
  const unseen = new Set(document.querySelectorAll(".card[data-impression]"));
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const tile = entry.target;
      clearTimeout(timers.get(tile));
      if (entry.intersectionRatio < 0.5) continue;
      timers.set(tile, setTimeout(() => {
        unseen.delete(tile);
        observer.unobserve(tile);
        note("impression", tile.dataset.product, sourceOf(tile));
      }, seenFor));
    }
  }, { threshold: 0.5 });
  const watch = () => unseen.forEach((tile) => observer.observe(tile));
  const rest = () => {
    observer.disconnect();
    timers.forEach(clearTimeout);
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      rest();
      sendLast();
    } else {
      watch();
    }
  });
  addEventListener("pagehide", sendLast);
  if (!document.hidden) watch();

  // Clicks, also with the middle button.
  const follow = (event) => {
    const link = event.target.closest("a[href^='/product/']");
    const tile = link?.closest(".card[data-impression]");
    if (!tile || event.button > 1) return;
    const source = sourceOf(tile);
    note("click", tile.dataset.product, source);
    link.hash = new URLSearchParams({ from: source.query, position: source.position, token: source.token, ...(client && { client }) }).toString();
  };
  document.addEventListener("click", follow);
  document.addEventListener("auxclick", follow);

  // The page of a product. Where it was come from moves from the address to the history, so that a reload knows it and
  // a copied address does not.
  const product = document.querySelector(".product[data-product]");
  const arrive = () => {
    const from = new URLSearchParams(location.hash.slice(1));
    const state = { ...history.state };
    if (from.has("from")) {
      state.source = { query: from.get("from"), position: Number(from.get("position")), token: from.get("token"), client: from.get("client") ?? undefined };
    }
    if (!state.viewed) note("view", product.dataset.product, state.source);
    state.viewed = true;
    history.replaceState(state, "", location.pathname + location.search);
    return state.source;
  };
  const source = product ? arrive() : undefined;

  // <button data-action="add_to_cart"> on a card or on the page of a product.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    const about = button?.closest("[data-product]");
    if (!about) return;
    note(button.dataset.action, about.dataset.product, about === product ? source : about.dataset.impression && sourceOf(about));
  });

  setInterval(send, sendEvery);
})();
