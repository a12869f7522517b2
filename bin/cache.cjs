// Makes dist/NAME.PART.cache: what V8 compiles of each part of the bundle while it runs a command. Only the Node that made
// it can use it, so that it is made where lxplain is built or installed: `node bin/cache.cjs`.
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');

/** The commands that have to start quickly, and what they do meanwhile; `create` compiles, and cannot be run here. */
const commands = {
  plan: ['plan', 'examples/hello.xml'],
  create: ['compile', 'examples/hello.xml', '-o', '/dev/null'],
  check: ['check', 'examples/hello.xml'],
  format: ['format', 'examples/hello.xml'],
  'domxml-from-native': ['domxml-from-native', 'lxc-tools', 'examples/hello.conf'],
};

/** Each in a process of its own, because commands print. */
function makeAll() {
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] };
  for (const [name, args] of Object.entries(commands)) {
    const { status, stderr } = spawnSync(process.execPath, [__filename, name, ...args], options);
    if (status === 0) continue;
    process.stderr.write(stderr);
    process.exitCode = 1;
  }
}

async function make(name, args) {
  const { run, scripts } = require('./lxplain.cjs');
  await run('main').main(args);
  for (const [part, script] of scripts) {
    const file = join(root, 'dist', `${name}.${part}.cache`);
    writeFileSync(`${file}.new`, script.createCachedData());
    renameSync(`${file}.new`, file); // a command that starts meanwhile reads one or the other
  }
}

const [name, ...args] = process.argv.slice(2);
if (name !== undefined) make(name, args);
else if (existsSync(join(root, 'dist/main.cjs'))) makeAll(); // in a checkout, packages are installed before the first build
