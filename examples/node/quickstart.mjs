// Three requests through the two-rule manifest, and why the next one would go where it goes.

import { readFileSync } from 'node:fs';
import { Router } from 'inferroute';

const manifest = readFileSync(new URL('../manifests/two_rules.yaml', import.meta.url), 'utf8');
const router = new Router(manifest, { seed: 7 });

for (const value of ['yes', 'no', 'maybe']) {
  const outcome = router.decide({ 'x-target-inference-extension': value }, { model: 'chat' });
  if (outcome.ok) {
    const { kind, namespace, name } = outcome.backend;
    console.log(
      `${value}: ${outcome.route} rule ${outcome.rule} -> ${kind} ${namespace}/${name} -> ${outcome.endpoint}` +
        ` at ${outcome.address}, model ${outcome.model}`,
    );
  } else {
    console.log(`${value}: ${outcome}`);
  }
}

console.log();
console.log(String(router.explain({ 'X-Target-Inference-Extension': 'yes' }, { model: 'chat' })));
