// The documents of YAML texts as the package `yaml`, which Backstage uses, reads them: node yaml_package.mjs FOLDER < texts.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { parseAllDocuments } = await import(pathToFileURL(`${process.argv[2]}/dist/index.js`));
const results = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const documents = parseAllDocuments(text, { schema: "failsafe", merge: true, logLevel: "silent" });
  return [...documents].map((one) => (one.errors.length ? null : one.toJS({ maxAliasCount: 100 })));
});
process.stdout.write(JSON.stringify(results));
