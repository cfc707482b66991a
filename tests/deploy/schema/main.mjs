// Holds Kubernetes manifests against the models of their kinds: see ../schema.py.
// Arguments: where npm's packages are, then files. Prints one JSON list of what is wrong.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { find_model } from './models.mjs';
import { wrong_values } from './values.mjs';
import { unknown_fields } from './fields.mjs';

const [modules, ...files] = process.argv.slice(2);
const YAML = createRequire(`${modules}/`)('yaml');

// Kinds that no package has a model of. Whatever else has none is an error.
const WITHOUT_MODEL = new Set([
  'cert-manager.io/v1 Certificate',
  'flagger.app/v1beta1 Canary',
  'spinnaker.armory.io/v1alpha2 SpinnakerService',
  'spinnaker.io/v1alpha2 SpinnakerService',
]);

function read(file) {
  const documents = YAML.parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' });
  return documents.flatMap((document) => {
    const faults = [...document.errors, ...document.warnings].map(({ message }) => message.split('\n')[0]);
    const object = faults.length ? null : document.toJS();
    return object === null && !faults.length ? [] : [{ file, faults, object: unfolded(object) }];
  });
}

// kustomize folds the base64 of a Secret. Kubernetes' decoder skips line ends, the model's pattern does not.
function unfolded(object) {
  if (object?.kind !== 'Secret' || !object.data) {
    return object;
  }
  const data = Object.entries(object.data).map(([key, text]) => [key, `${text}`.replaceAll('\n', '')]);
  return { ...object, data: Object.fromEntries(data) };
}

function name_of({ file, object }) {
  return `${file}: ${object?.kind} ${object?.metadata?.name}`;
}

const wrong = [];
const modelled = [];
for (const document of files.flatMap(read)) {
  const { object, faults } = document;
  const kind = `${object?.apiVersion} ${object?.kind}`;
  const model = faults.length ? null : find_model(modules, object);
  if (faults.length) {
    wrong.push(...faults.map((fault) => `${document.file}: ${fault}`));
  } else if (model) {
    modelled.push({ ...document, model, name: name_of(document) });
  } else if (!WITHOUT_MODEL.has(kind)) {
    wrong.push(`${name_of(document)}: no schema known of ${kind}`);
  }
}
wrong.push(...(await wrong_values(modelled)));
wrong.push(...unknown_fields(modules, modelled));
console.log(JSON.stringify(wrong));
