import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';

const repository = join(import.meta.dirname, '../..');
const root = process.getuid?.() === 0;
const why = root ? '' : ' (skipped: needs root)';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-causes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const lxplain = (...args: string[]) =>
  spawnSync(join(repository, 'bin/lxplain'), args, { encoding: 'utf8', timeout: HANGS_MS });

/** Starts the plan of a small domain after a change of it: what the checks would have told is not checked any more. */
function start(name: string, change: (plan: { steps: { op: string }[] }) => void): string {
  const xml = join(folder, `${name}.xml`);
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(
    xml,
    `<domain type='lxc'><name>lxplain-${name}</name><memory unit='MiB'>64</memory>
<os><type>exe</type><init>/bin/true</init><initdir>/tmp</initdir></os>
<devices><filesystem type='bind'><source dir='/tmp'/><target dir='/mnt'/></filesystem></devices></domain>`,
  );
  const plan = JSON.parse(lxplain('plan', xml, '--json').stdout);
  change(plan);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(plan));
  const { status, stderr } = lxplain('create', file, '--stale-ok');
  expect(status).toBe(1);
  // A program says the same, but that it cannot look for the file.
  const program = join(folder, name);
  expect(lxplain('compile', file, '-o', program).stderr).toBe('');
  const compiled = spawnSync(program, { encoding: 'utf8', timeout: HANGS_MS });
  expect(compiled.status).toBe(1);
  const note = /^ {2}note: (.*)$/gm;
  const [said, told] = [compiled.stderr, stderr].map(
    (text) => [...text.matchAll(note)].at(-1)?.[1],
  );
  if (told?.startsWith("the root file system '/'")) {
    expect(said).toBe(
      told.endsWith('it')
        ? 'the root file system does not have this program'
        : 'init is there, but not the interpreter (#!) or loader that it needs',
    );
  } else expect(said).toBe(told);
  expect(existsSync(`/run/lxplain/lxplain-${name}`)).toBe(false);
  return stderr;
}

const set = (op: string, changes: object) => (plan: { steps: { op: string }[] }) => {
  for (const step of plan.steps) if (step.op === op) Object.assign(step, changes);
};

test.skipIf(!root)(`a start that fails says why${why}`, () => {
  const missing = start('no-init', set('exec', { path: '/no/such' }));
  expect(missing).toMatch(/exec .*: ENOENT \(No such file or directory\) \[start\/step-failed\]/);
  expect(missing).toContain("note: the root file system '/' does not have it\n");

  const script = join(folder, 'script');
  writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
  expect(start('no-interpreter', set('exec', { path: script }))).toContain(
    "note: the root file system '/' does not have '/no/such/interpreter', which init needs to be executed\n",
  );

  writeFileSync(join(folder, 'text'), 'echo hello\n', { mode: 0o755 });
  expect(start('no-program', set('exec', { path: join(folder, 'text') }))).toMatch(
    /ENOEXEC .*\n(?:.*\n)* {2}note: init is neither an ELF program/,
  );
  expect(start('no-directory', set('directory.change', { path: '/no/such' }))).toContain(
    'note: <initdir> is looked for inside the container, and is not there\n',
  );
  expect(
    start('no-source', (plan) => {
      const bind = plan.steps.filter(({ op }) => op === 'mount.bind').at(-1);
      Object.assign(bind!, { source: '/no/such' });
    }),
  ).toContain(
    "note: the source of a bind lies inside the container: to show a directory of the host use <filesystem type='mount'>\n",
  );
});

test.skipIf(!root)(`ps shows whose supervisor it is${why}`, () => {
  const xml = join(folder, 'shown.xml');
  writeFileSync(
    xml,
    `<domain type='lxc'><name>shown</name><memory unit='MiB'>64</memory>
<os><type>exe</type><init>/bin/sleep</init><initarg>1000</initarg></os></domain>`,
  );
  expect(lxplain('create', xml).status).toBe(0);
  const { stdout } = spawnSync('ps', ['-eo', 'comm=,args='], { encoding: 'utf8' });
  expect(lxplain('destroy', 'shown').status).toBe(0);
  expect(stdout).toMatch(/^lxplain: shown +lxplain: shown$/m);
});

test.skipIf(!root)(`an ordinary user is told that root is needed${why}`, () => {
  const xml = join(folder, 'user.xml');
  writeFileSync(
    xml,
    "<domain type='lxc'><name>user</name><memory>65536</memory><os><type>exe</type><init>/bin/true</init></os></domain>",
  );
  const program = join(folder, 'user');
  expect(lxplain('compile', xml, '-o', program).status).toBe(0);
  chmodSync(folder, 0o755);
  const { status, stderr } = spawnSync(program, { encoding: 'utf8', uid: 65534, gid: 65534 });
  expect(status).toBe(1);
  expect(stderr).toBe('error: user 65534 cannot start containers: expected root [host/not-root]\n');
});
