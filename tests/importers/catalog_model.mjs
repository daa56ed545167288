// References and entities as Backstage's own package reads them: node catalog_model.mjs FOLDER < questions.
// A question is [reference, kind, namespace], or an entity. The answer is the full reference, or whether it is valid.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const model = require(process.argv[2]);
const alpha = require(`${process.argv[2]}/dist/alpha.cjs.js`);
const validators = {
  Group: model.groupEntityV1alpha1Validator,
  User: model.userEntityV1alpha1Validator,
  Component: model.componentEntityV1alpha1Validator,
  Location: model.locationEntityV1alpha1Validator,
  AiResource: alpha.aiResourceEntityV1alpha1Validator,
};
const policy = model.EntityPolicies.allOf([
  new model.SchemaValidEntityPolicy(),
  new model.DefaultNamespaceEntityPolicy(),
  new model.FieldFormatEntityPolicy(),
]);

const resolve = ([reference, defaultKind, defaultNamespace]) => {
  try {
    return model.stringifyEntityRef(model.parseEntityRef(reference, { defaultKind, defaultNamespace }));
  } catch {
    return null;
  }
};

const check = async (entity) => {
  try {
    const checked = await policy.enforce(entity);
    return (await validators[entity.kind].check(checked)) ? model.stringifyEntityRef(checked) : null;
  } catch {
    return null;
  }
};

const answers = [];
for (const question of JSON.parse(readFileSync(0, "utf8"))) {
  answers.push(Array.isArray(question) ? resolve(question) : await check(question));
}
process.stdout.write(JSON.stringify(answers));
