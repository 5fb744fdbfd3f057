/** What the page remembers between visits; a browser that forbids storage only loses the memory. */

const prefix = "menxia.";

export function preference(key, otherwise = null) {
  try {
    const text = localStorage.getItem(prefix + key);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    /* private windows and full disks: nothing to be done, nothing to be said */
  }
}
