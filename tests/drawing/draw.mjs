// Reads the data of charts and their folded seats as JSON, and writes the elements that chart-draw.js makes of each.
import { readFileSync } from "node:fs";

/** As much of an element as chart-draw.js uses for its first drawing. */
class PlainElement {
  constructor(name) {
    this.name = name;
    this.attributes = [];
    this.children = [];
  }

  setAttribute(name, value) {
    this.attributes.push(`${name}="${escapeText(value)}"`);
  }

  append(...children) {
    this.children.push(...children);
  }

  replaceChildren(...children) {
    this.children = children;
  }

  querySelector() {
    return null;
  }

  write() {
    const inside = this.children.map((child) => (typeof child === "string" ? escapeText(child) : child.write())).join("");
    const start = [this.name, ...this.attributes].join(" ");
    return inside ? `<${start}>${inside}</${this.name}>` : `<${start}/>`;
  }
}

const escapeText = (text) =>
  String(text).replace(/[&<>"']/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" })[mark]);

Object.assign(globalThis, {
  SVGElement: PlainElement,
  document: { createElementNS: (_space, name) => new PlainElement(name) },
});
const { layOutChart } = await import("../../src/orgtp/web/static/chart-layout.js");
const { drawChart } = await import("../../src/orgtp/web/static/chart-draw.js");
const written = JSON.parse(readFileSync(0, "utf-8")).map(({ seats, folded }) => {
  const svg = new PlainElement("svg");
  drawChart(svg, seats, layOutChart(seats, new Set(folded)));
  return svg.children.map((child) => child.write()).join("\n");
});
process.stdout.write(JSON.stringify(written));
