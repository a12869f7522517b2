// Makes src/generated/*.js: each schema in plans/ as a function, so that no compiler of schemas is loaded at run time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';

const root = new URL('..', import.meta.url);

export function generate() {
  for (const file of readdirSync(new URL('plans', root)).filter((name) => name.endsWith('.schema.json'))) {
    const schema = JSON.parse(readFileSync(new URL(`plans/${file}`, root), 'utf8'));
    const ajv = new Ajv2020({
      discriminator: true,
      inlineRefs: false,
      strictTypes: false, // the branches of a step leave `type` to the step
      code: { source: true, esm: true },
    });
    const name = file.replace('.schema.json', '.js');
    writeFileSync(new URL(`src/generated/${name}`, root), standalone.default(ajv, ajv.compile(schema)));
  }
}
