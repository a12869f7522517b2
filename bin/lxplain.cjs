// Runs the bundle with the code that V8 compiled for the command when it was built: that halves the start.
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const root = __dirname.slice(0, -'bin'.length);
const dist = `${root}dist/`;
const command = process.argv[2] ?? '';

/** The function around the bundle, as Node itself wraps a CommonJS module. */
const WRAPPER = '(function (exports, require, module) {';

/** The parts of the bundle that were loaded: `main`, `lxc` for configs, `rest` for what few commands need. */
const scripts = new Map();

/** The exports of a part of the bundle. Cached data of another Node is ignored. */
function run(part) {
  const filename = `${dist}${part}.cjs`;
  const source = readFileSync(filename, 'latin1'); // esbuild writes ASCII
  const script = new Script(`${WRAPPER}${source}\n})`, { filename, cachedData: cacheOf(part) });
  scripts.set(part, script);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, required, module);
  return module.exports;
}

/** What the bundle requires. node:module has a function for this, but takes a millisecond to load. */
function required(id) {
  if (id === 'koffi') return koffi();
  const part = /^\.\/(lxc|rest)\.cjs$/.exec(id);
  if (part !== null) return run(part[1]);
  return require(id.startsWith('./') ? dist + id.slice(2) : id);
}

/** The native part of koffi is all that is used of it; the way there through its JavaScript takes 6 ms. */
function koffi() {
  const module = { exports: {} };
  let refused;
  for (const folder of ['node_modules/', '../']) {
    try {
      const part = `@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`;
      process.dlopen(module, `${root}${folder}${part}`);
      return module.exports;
    } catch (cause) {
      refused ??= cause; // another way of installing, or another C library: koffi knows them all
    }
  }
  try {
    return require('koffi');
  } catch {
    throw refused;
  }
}

/** V8's code for a command; that of `plan` is the next best for one that has none, but `create` compiles as `compile` does. */
function cacheOf(part) {
  if (require.main !== module) return undefined; // it is about to be made
  for (const name of command === 'compile' ? ['create'] : [command, 'plan']) {
    try {
      if (/^[a-z-]+$/.test(name)) return readFileSync(`${dist}${name}.${part}.cache`);
    } catch {
      // None was made: without it the start takes longer.
    }
  }
  return undefined;
}

/** A fault of this program: told with the places in its source, which the bundle has no more. */
function report(fault) {
  const { SourceMap } = require('node:module');
  const { gunzipSync } = require('node:zlib');
  const mapOf = (part) => new SourceMap(JSON.parse(gunzipSync(readFileSync(`${dist}${part}.cjs.map.gz`)).toString()));
  const stack = String(fault?.stack ?? fault).replaceAll(
    /\(?(?:file:\/\/)?[^\s(]*(main|lxc|rest)\.cjs:(\d+):(\d+)\)?/g,
    (place, part, line, column) => {
      const shift = line === '1' ? WRAPPER.length : 0;
      const { originalSource, originalLine } = mapOf(part).findEntry(line - 1, column - 1 - shift);
      return originalSource === undefined
        ? place
        : `(${originalSource.replace(/^(\.\.\/)+/, '')}:${originalLine + 1})`;
    },
  );
  process.stderr.write(`error: this is a fault of lxplain itself, please report it:\n${stack}\n`);
  process.exitCode = 70; // EX_SOFTWARE
}

function start(args) {
  let bundle;
  try {
    bundle = run('main');
  } catch (cause) {
    if (cause.code !== 'ENOENT') throw cause;
    console.error('error: lxplain is not built yet: run `npm run build` in its folder');
    process.exitCode = 1;
    return;
  }
  // Everything is written when the command is done; to take Node down piece by piece is no use to anybody.
  bundle.main(args).then(() => process.exit(), report);
}

if (require.main !== module) module.exports = { run, scripts };
else start(process.argv.slice(2));
