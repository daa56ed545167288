// The part of a page that its address names.

/** The name after the # of the address; "" if there is none, or if it cannot be read, as people cut addresses off. */
export function readFragment() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}
