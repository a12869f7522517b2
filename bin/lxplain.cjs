// Runs the bundle with the code that V8 compiled for it when it was built: that saves a third of the start.
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, '../dist/main.cjs');
const cache = join(__dirname, '../dist/main.cache');

/** The function around the bundle, as Node itself wraps a CommonJS module. `cachedData` of another Node is ignored. */
function load(cachedData) {
  const source = readFileSync(filename, 'latin1'); // esbuild writes ASCII
  return new Script(`(function (exports, require, module) {${source}\n})`, { filename, cachedData });
}

/** The exports of the bundle. */
function run(script) {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module);
  return module.exports;
}

if (require.main !== module) module.exports = { load, run };
else if (existsSync(filename)) {
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  run(load(cachedData)).main(process.argv.slice(2));
} else {
  console.error('error: lxplain is not built yet: run `npm run build` in its folder');
  process.exitCode = 1;
}
