// The examples in the schemas of Backstage's own package, and how it resolves what they name: node catalog_examples.mjs FOLDER.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const model = require(process.argv[2]);
const kinds = `${process.argv[2]}/dist/schema/kinds`;
readFileSync(0);

const named = (entity, texts, defaultKind) =>
  (texts ?? []).map((text) =>
    model.stringifyEntityRef(
      model.parseEntityRef(text, { defaultKind, defaultNamespace: entity.metadata.namespace ?? "default" }),
    ),
  );

const answers = [];
for (const file of readdirSync(kinds).filter((name) => name.endsWith(".cjs.js")).sort()) {
  for (const entity of require(`${kinds}/${file}`).default.examples ?? []) {
    const { owner, parent, children, members, memberOf } = entity.spec ?? {};
    answers.push({
      entity,
      ref: model.stringifyEntityRef(entity),
      owner: named(entity, owner ? [owner] : [], "Group"),
      parent: named(entity, parent ? [parent] : [], "Group"),
      children: named(entity, children, "Group"),
      members: named(entity, members, "User"),
      memberOf: named(entity, memberOf, "Group"),
    });
  }
}
process.stdout.write(JSON.stringify(answers));
