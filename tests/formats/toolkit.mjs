// The toolkit of GitHub Actions writes the same workflow commands: node toolkit.mjs FOLDER-OF-@actions/core < commands.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const { issueCommand } = await import(pathToFileURL(`${folder}/lib/command.js`));
const core = await import(pathToFileURL(`${folder}/lib/core.js`));
for (const { kind, properties, message } of JSON.parse(readFileSync(0, "utf8"))) {
  issueCommand(kind, properties, message);
  const { file, line, col, title } = properties;
  core[kind](message, { title, file, startLine: line, startColumn: col });
}
