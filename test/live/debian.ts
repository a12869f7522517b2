import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const SUITE = 'bookworm';
const PACKAGES = 'systemd,systemd-sysv,dbus';

/** Why no root file system of Debian can be made here; undefined if one can. */
export const noDebian: string | undefined = ['debootstrap', 'tar'].find(
  (tool) => spawnSync('which', [tool]).status !== 0,
);

/**
 * A tar file of a minimal Debian with systemd. The first call downloads it; later ones find it below
 * `$XDG_CACHE_HOME/lxplain`. @throws Error with what debootstrap said
 */
export function debianTar(): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'lxplain');
  const file = join(cache, `${SUITE}-${PACKAGES.replaceAll(',', '-')}.tar`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'debootstrap-'));
  try {
    const root = join(work, 'root');
    const options = ['--variant=minbase', `--include=${PACKAGES}`, SUITE, root];
    const { status, stdout } = spawnSync('debootstrap', options, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout.split('\n').slice(-5).join('\n'));
    execFileSync('tar', ['-cf', join(work, 'tar'), '-C', root, '.']);
    renameSync(join(work, 'tar'), file);
  } finally {
    rmSync(work, { recursive: true });
  }
  return file;
}

/** Unpacks it, with `shift` added to each owner. */
export function unpackDebian(at: string, shift: number): void {
  mkdirSync(at);
  execFileSync('tar', ['-xpf', debianTar(), '--numeric-owner', '-C', at]);
  if (shift !== 0) shiftOwners(at, shift);
}

function shiftOwners(path: string, shift: number): void {
  const { uid, gid, mode } = lstatSync(path);
  lchownSync(path, uid + shift, gid + shift);
  const [kind, rights] = [mode & 0o170000, mode & 0o7777];
  if (kind !== 0o120000) chmodSync(path, rights); // a new owner has lost set-uid
  if (kind === 0o040000) for (const name of readdirSync(path)) shiftOwners(join(path, name), shift);
}
