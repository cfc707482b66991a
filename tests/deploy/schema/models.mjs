// Where the model of a manifest's kind is.
import { existsSync, readFileSync } from 'node:fs';

const PACKAGES = [
  'kubernetes-models',
  '@kubernetes-models/prometheus-operator',
  '@kubernetes-models/argo-rollouts',
  '@kubernetes-models/argo-cd',
  '@kubernetes-models/istio',
];

// The path of a model without its suffix, or undefined. Parts of kinds, such as PodSpec, lie beside the kinds; only
// a kind says which kind it is.
export function find_model(modules, { apiVersion, kind } = {}) {
  return PACKAGES.map((name) => `${modules}/node_modules/${name}/${apiVersion}/${kind}`).find(
    (path) =>
      existsSync(`${path}.d.ts`) && readFileSync(`${path}.d.ts`, 'utf8').includes(`"kind": "${kind}";`),
  );
}
