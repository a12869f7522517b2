// `npm run bench`: bundles bench/ and runs it in a mount namespace of its own, where /run is a tmpfs as on every
// machine that has booted with an init system, and where a cgroup v2 hierarchy beside v1 is hidden, because crun
// and libvirt refuse such a host.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { install, run } from './install.mjs';

install();
if (process.getuid?.() !== 0) {
  console.error('error: the bench starts containers, which needs root');
  process.exit(1);
}
if (run(process.execPath, ['scripts/build.mjs']) !== 0) process.exit(1);
await build({
  entryPoints: ['bench/main.ts'],
  outfile: 'dist/bench.mjs',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['koffi'],
  logLevel: 'warning',
});
const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' '));
const hybrid = mounts.some(([, , type]) => type === 'cgroup');
const hidden = hybrid ? mounts.filter(([, , type]) => type === 'cgroup2').map(([, point]) => point) : [];
const prepare = [...hidden.map((point) => `umount ${point}`), 'mount -t tmpfs -o mode=755 tmpfs /run'].join(' && ');
const script = `${prepare} && exec "$0" "$@"`;
const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, process.execPath, 'dist/bench.mjs'];
const { status } = spawnSync('unshare', [...args, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR ?? '/tmp' },
});
process.exit(status ?? 1);
