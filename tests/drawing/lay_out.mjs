// Reads a list of charts as JSON, and writes the drawing of each, as chart-layout.js lays it out.
import { readFileSync } from "node:fs";
import { layOutChart } from "../../src/orgtp/web/static/chart-layout.js";

const drawings = JSON.parse(readFileSync(0, "utf-8")).map(({ seats, folded }) => {
  const drawing = layOutChart(seats, new Set(folded));
  return { ...drawing, shown: Object.fromEntries(drawing.shown) };
});
process.stdout.write(JSON.stringify(drawings));
