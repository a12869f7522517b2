// Runs the bundle with the code that V8 compiled for the command when it was built: that halves the start.
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const dist = join(__dirname, '../dist');
const filename = join(dist, 'main.cjs');

/** The function around the bundle, as Node itself wraps a CommonJS module. `cachedData` of another Node is ignored. */
const WRAPPER = '(function (exports, require, module) {';

function load(cachedData) {
  const source = readFileSync(filename, 'latin1'); // esbuild writes ASCII
  return new Script(`${WRAPPER}${source}\n})`, { filename, cachedData });
}

/** The exports of the bundle. */
function run(script) {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(filename), module);
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

/** A fault of this program: told with the places in its source, which the bundle has no more. */
function report(fault) {
  const { SourceMap } = require('node:module');
  const map = new SourceMap(JSON.parse(readFileSync(`${filename}.map`, 'utf8')));
  const stack = String(fault?.stack ?? fault).replaceAll(
    /\(?(?:file:\/\/)?[^\s(]*main\.cjs:(\d+):(\d+)\)?/g,
    (place, line, column) => {
      const shift = line === '1' ? WRAPPER.length : 0;
      const { originalSource, originalLine } = map.findEntry(line - 1, column - 1 - shift);
      return originalSource === undefined
        ? place
        : `(${originalSource.replace(/^(\.\.\/)+/, '')}:${originalLine + 1})`;
    },
  );
  process.stderr.write(`error: this is a fault of lxplain itself, please report it:\n${stack}\n`);
  process.exitCode = 70; // EX_SOFTWARE
}

if (require.main !== module) module.exports = { load, run };
else if (existsSync(filename)) {
  const args = process.argv.slice(2);
  run(load(cacheOf(args[0]))).main(args).catch(report);
} else {
  console.error('error: lxplain is not built yet: run `npm run build` in its folder');
  process.exitCode = 1;
}
