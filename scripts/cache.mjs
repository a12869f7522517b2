// Writes dist/main.cache: what V8 compiles of the bundle while it plans and compiles examples.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { load, run } = createRequire(import.meta.url)('../bin/lxplain.cjs');
const script = load();
const { main } = run(script);
await main(['plan', 'examples/hello.xml']);
await main(['compile', 'examples/hello.xml', '-o', '/dev/null']);
await main(['plan', 'examples/hello.conf']);
writeFileSync('dist/main.cache', script.createCachedData());
