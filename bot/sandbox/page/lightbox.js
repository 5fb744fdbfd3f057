/** A picture, large. The dialog element brings the focus trap and Esc. */

import { h, icon, iconButton } from "./dom.js";
import { word } from "./words.js";

export function enlarge(file) {
  const label = word("download", { name: file.name });
  const image = h("img", { src: file.url, alt: file.name });
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": file.name, on: { close: () => dialog.remove() } },
    image,
    h(
      "div",
      { class: "lightbox-bar" },
      h("span", {}, file.name),
      h("a", { class: "icon-button", href: file.url, download: file.name, "aria-label": label }, icon("download")),
      iconButton("close", word("close"), () => dialog.close()),
    ),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target === image) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
