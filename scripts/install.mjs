// Installs the packages if they are missing. Not `npm ci`: it refuses a lock file that leaves out optional
// packages of other platforms.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const run = (command, args) => spawnSync(command, args, { stdio: 'inherit' }).status ?? 1;

export function install() {
  if (existsSync('node_modules/vitest')) return;
  const status = run('npm', ['install', '--no-save', '--no-package-lock', '--no-fund', '--no-audit', '--loglevel=error']);
  if (status !== 0) process.exit(status);
}
