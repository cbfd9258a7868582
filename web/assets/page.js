// Searching by a photo that is dropped on the page, pasted, or chosen without pressing the button.
// Everything ends in the upload form, so the server sees what it sees without this file.
(() => {
  "use strict";
  const form = document.getElementById("photo-form");
  const input = document.getElementById("photo");
  const words = document.getElementById("q");
  const status = document.getElementById("photo-status");
  document.documentElement.classList.add("script");

  const say = (text) => {
    status.textContent = text;
    status.hidden = false;
  };

  const send = () => {
    const photo = input.files[0];
    if (!photo) return;
    if (!input.accept.split(",").includes(photo.type)) {
      input.value = "";
      return say("This file is not a JPEG, PNG, GIF or WebP photo.");
    }
    if (photo.size > Number(input.dataset.limit)) {
      input.value = "";
      return say("The photo is larger than 10 MB: make it smaller.");
    }
    form.elements.q.value = words.value;
    say("Searching with your photo…");
    form.requestSubmit();
  };

  const take = (files) => {
    const photo = [...files].find((file) => file.type.startsWith("image/")) ?? files[0];
    const chosen = new DataTransfer();
    chosen.items.add(photo);
    input.files = chosen.files;
    send();
  };

  input.addEventListener("change", send);

  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });

  // A page is entered anew at each element that the pointer crosses; over counts how many are open.
  let over = 0;
  const hasFile = (event) => event.dataTransfer.types.includes("Files");
  const show = (dropping) => document.body.classList.toggle("dropping", dropping);
  document.addEventListener("dragenter", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    over++;
    show(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!hasFile(event)) return;
    over = Math.max(0, over - 1);
    show(over > 0);
  });
  document.addEventListener("dragover", (event) => {
    if (hasFile(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    over = 0;
    show(false);
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
})();
