// Writes dist/NAME.cache: what V8 compiles of the bundle while it runs one command. node cache.mjs NAME COMMAND ARGUMENT …
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { load, run } = createRequire(import.meta.url)('../bin/lxplain.cjs');
const [name, ...args] = process.argv.slice(2);
const script = load();
await run(script).main(args);
writeFileSync(`dist/${name}.cache`, script.createCachedData());
