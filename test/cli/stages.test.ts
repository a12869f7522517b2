import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const golden = join(repository, 'golden/cases/private-root');
const facts = ['--facts', join(repository, 'golden/facts/hybrid.json')];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-stages-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const lxplain = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(repository, 'bin/lxplain'), args, {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

const xml = join(golden, 'domain.xml');

test('--print-after shows the domain on its way, --stop-after goes no further', () => {
  const printed = lxplain('plan', xml, ...facts, '--print-after', 'default-arch');
  expect(printed.stdout).toMatch(/^<!-- after default-arch -->\n<domain type='lxc'>/);
  expect(printed.stdout).toContain(' steps on x86_64');
  const stopped = lxplain('check', xml, ...facts, '--stop-after', 'default-console');
  expect(stopped.status).toBe(0);
  expect(stopped.stdout).toContain("<console type='pty'>");
  expect(stopped.stdout).not.toContain(' steps on ');
});

test('an unknown pass is told', () => {
  const { status, stderr, stdout } = lxplain('plan', xml, '--stop-after', 'default-arck');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain("error: the pass 'default-arck' is not known: expected one of default-");
});

test('a plan file gives the program that the domain gives, but for the domain itself', () => {
  const plan = join(folder, 'plan.json');
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  const { stdout } = lxplain('plan', xml, ...facts, '--json');
  writeFileSync(plan, stdout);
  expect(lxplain('plan', plan, '--json')).toEqual({ status: 0, stdout, stderr: '' });
  expect(lxplain('explain', plan, '5').stdout).toContain('step 5 of');
  expect(lxplain('compile', xml, ...facts, '-o', one).status).toBe(0);
  expect(lxplain('compile', plan, '-o', other).status).toBe(0);
  for (const program of [one, other]) {
    expect(lxplain('inspect', program, '--json').stdout).toBe(stdout);
  }
  expect(lxplain('inspect', one, '--xml').stdout).toContain("<domain type='lxc'>");
  expect(lxplain('inspect', other, '--xml').stderr).toContain('[program/no-domain]');
});

test('a plan that is not safe is refused, and no program is written', () => {
  const [plan, program] = [join(folder, 'unsafe.json'), join(folder, 'unsafe')];
  const text = readFileSync(join(golden, 'plan.json'), 'utf8');
  writeFileSync(plan, text.replace('"op":"root.pivot"', '"op":"root.attach"'));
  const { status, stderr } = lxplain('compile', plan, '-o', program);
  expect(status).toBe(1);
  expect(stderr).toContain('error: the plan: no root.pivot [plan/unsound]');
  expect(() => readFileSync(program)).toThrow('ENOENT');
});

test('facts of another shape are refused with their place', () => {
  const path = join(folder, 'facts.json');
  writeFileSync(path, '{\n  "version": 1,\n  "arch": "s390x"\n}\n');
  const { status, stderr } = lxplain('plan', xml, '--facts', path);
  expect(status).toBe(1);
  expect(stderr).toContain(`${path}:1:1: error: this is not the facts of a machine`);
});
