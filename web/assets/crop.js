// Drawing the part of a photo that counts. It only fills in the form beside the photo, whose fields the
// keyboard reaches and which works without this file.
(() => {
  "use strict";
  for (const cropper of document.querySelectorAll(".cropper")) {
    const svg = cropper.querySelector("svg");
    const cut = svg.querySelector(".cut");
    const fields = ["x", "y", "width", "height"].map((name) => cropper.querySelector(`[name=crop_${name}]`));
    const { width, height } = svg.viewBox.baseVal;

    const show = () => {
      ["x", "y", "width", "height"].forEach((name, i) => cut.setAttribute(name, Math.max(0, fields[i].valueAsNumber || 0)));
    };
    for (const field of fields) field.addEventListener("input", show);

    // Where the pointer is, in pixels of the photo, whatever its size on the page.
    const at = (event) => {
      const box = svg.getBoundingClientRect();
      const within = (share, most) => Math.round(Math.min(Math.max(share, 0), 1) * most);
      return [within((event.clientX - box.left) / box.width, width), within((event.clientY - box.top) / box.height, height)];
    };

    let start = null;
    svg.addEventListener("pointerdown", (event) => {
      start = at(event);
      svg.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    svg.addEventListener("pointermove", (event) => {
      if (!start) return;
      const [x, y] = at(event);
      const part = [Math.min(x, start[0]), Math.min(y, start[1]), Math.abs(x - start[0]), Math.abs(y - start[1])];
      if (part[2] < 1 || part[3] < 1) return;
      part.forEach((value, i) => { fields[i].value = value; });
      show();
    });
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { start = null; });
  }
})();
