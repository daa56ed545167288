// What overlaps in a drawing, from where the browser drew it. See `drawing.py`.
(selectors) => {
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const name = (element) => (element.textContent || element.closest("[data-s],[data-seat],g")?.querySelector("text")?.textContent || element.outerHTML).trim().slice(0, 60);
  const shrink = (box, x, y) => ({ left: box.left + x, right: box.right - x, top: box.top + y, bottom: box.bottom - y });
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const inside = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
  // Half a pixel is rounding. The box of a text is as high as the line; its letters fill about the middle 60 per cent.
  const boxes = all(selectors.boxes).map((element) => ({ element, at: shrink(element.getBoundingClientRect(), 0.5, 0.5) }));
  const texts = all(selectors.texts).filter((element) => element.textContent.trim()).map((element) => {
    const box = element.getBoundingClientRect();
    return { element, at: shrink(box, 0.5, box.height * 0.2) };
  });
  const found = [];
  const pairs = (one, other, say) => {
    // Only what starts before the other ends can meet it.
    const items = [...one.map((item) => ({ ...item, first: true })), ...(one === other ? [] : other)];
    items.sort((a, b) => a.at.left - b.at.left);
    let open = [];
    for (const item of items) {
      open = open.filter((before) => before.at.right > item.at.left);
      for (const before of open) {
        if ((one === other || before.first !== item.first) && meet(before.at, item.at)) {
          if (before.first) say(before, item);
          else say(item, before);
        }
      }
      open.push(item);
    }
  };
  pairs(boxes, boxes, (a, b) => found.push(`the boxes of ${name(a.element)} and ${name(b.element)} overlap`));
  pairs(texts, texts, (a, b) => found.push(`the texts ${name(a.element)} and ${name(b.element)} overlap`));
  pairs(texts, boxes, (text, box) => {
    if (!inside(text.at, box.at)) found.push(`the text ${name(text.element)} sticks out of the box of ${name(box.element)}`);
  });
  for (const line of document.querySelectorAll(selectors.lines)) {
    // A straight line has no width or no height.
    if (!line.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const matrix = line.getScreenCTM();
    const length = line.getTotalLength();
    const step = 2 / Math.max(matrix.a, 0.01);
    const touched = new Set();
    for (let at = 0; at <= length; at += step) {
      const point = line.getPointAtLength(at).matrixTransform(matrix);
      const dot = { left: point.x, right: point.x + 0.01, top: point.y, bottom: point.y + 0.01 };
      for (const text of texts) if (meet(text.at, dot)) touched.add(name(text.element));
      for (const box of boxes) if (meet(shrink(box.at, 1, 1), dot)) touched.add(`the box of ${name(box.element)}`);
    }
    for (const one of touched) found.push(`a line (${line.getAttribute("d")}) crosses ${one}`);
  }
  return { boxes: boxes.length, texts: texts.length, found };
}
