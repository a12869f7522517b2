// Runs the bundle with the code that V8 compiled for the command when it was built: that halves the start.
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const dist = join(__dirname, '../dist');
const filename = join(dist, 'main.cjs');

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

/** V8's code for a command; that of `plan` is the next best for one that has none. */
function cacheOf(command) {
  const file = [command, 'plan']
    .filter((name) => /^[a-z-]+$/.test(name))
    .map((name) => join(dist, `${name}.cache`))
    .find((path) => existsSync(path));
  return file === undefined ? undefined : readFileSync(file);
}

if (require.main !== module) module.exports = { load, run };
else if (existsSync(filename)) {
  const args = process.argv.slice(2);
  run(load(cacheOf(args[0]))).main(args);
} else {
  console.error('error: lxplain is not built yet: run `npm run build` in its folder');
  process.exitCode = 1;
}
