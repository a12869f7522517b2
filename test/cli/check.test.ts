import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const facts = join(repository, 'golden/facts/hybrid.json');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-check-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function check(text: string | Uint8Array, ...options: string[]) {
  writeFileSync(join(folder, 'vm1.xml'), text);
  return spawnSync(
    join(repository, 'bin/lxplain'),
    ['check', 'vm1.xml', '--facts', facts, ...options],
    { encoding: 'utf8', cwd: folder },
  );
}

const domain = (more: string) => `<domain type='lxc'>
  <name>vm1</name>
  <memory>65536</memory>
  <os><type>exe</type><init>/sbin/init</init></os>
${more}</domain>
`;
const misspelt = '  <devices>\n    <filesystm/>\n  </devices>\n';
const wrong = '  <on_crash>explode</on_crash>\n';

test('what is wrong is told in the order of the text, and counted', () => {
  const { status, stdout, stderr } = check(domain(`${misspelt}${wrong}`));
  expect(status).toBe(1);
  expect(stdout).toBe('');
  const lines = stderr.split('\n').filter((line) => line.startsWith('vm1.xml:'));
  const [first, second] = lines.filter((line) => !line.includes('[privilege/'));
  expect(first).toMatch(/^vm1\.xml:6:5: warning: .*\[xml\/unknown-element\]$/);
  expect(second).toMatch(/^vm1\.xml:8:13: error: .*\[event\/unknown-action\]$/);
  expect(stderr).toMatch(/\n1 error and \d+ warnings?\n$/);
});

test('nothing is said of a domain without faults', () => {
  const map = "start='0' target='100000' count='65536'";
  const given = `  <idmap><uid ${map}/><gid ${map}/></idmap>
  <features><privnet/></features>
  <devices>
    <filesystem><source dir='/srv/vm1'/><target dir='/'/></filesystem>
  </devices>
`;
  expect(check(domain(given))).toMatchObject({ status: 0, stdout: '', stderr: '' });
});

test('a fault in one section hides none elsewhere', () => {
  const text = `<domain type='lxc'>
  <memory unit='KiB'>8</memory>
  <resource><partition>machine</partition></resource>
  <os><type>exe</type><init>sbin/init</init></os>
  <idmap><uid start='0' target='100000'/></idmap>
  <features><privnet/><capabilities policy='default'><cap_mknod state='on'/></capabilities></features>
  <on_crash>explode</on_crash>
  <devices>
    <filesystem><source dir='srv/vm1'/><target dir='data'/></filesystem>
    <filesystem type='nonsense'/>
  </devices>
</domain>
`;
  const codes = JSON.parse(check(text, '--json').stdout).diagnostics.map(
    ({ code }: { code: string }) => code,
  );
  expect(codes.toSorted()).toEqual([
    'capability/unknown',
    'device/no-source',
    'event/unknown-action',
    'filesystem/source-not-absolute',
    'idmap/invalid',
    'init/not-absolute',
    'memory/too-small',
    'name/missing',
    'resource/partition',
    'value/invalid',
  ]);
});

test('nor does a line of a config that lxc refuses', () => {
  const text = `lxc.uts.name = vm1
lxc.rootfs.path = /srv/vm1
lxc.idmap = u zero 100000 65536
lxc.init.cmd = sbin/init
lxc.mount.entry = /srv/data data none bind 0 0
lxc.mount.entry = /srv/data/x ../x none bind 0 0
lxc.cgroup.memory.limit_in_bytes = 16K
`;
  writeFileSync(join(folder, 'vm1.conf'), text);
  const { stdout } = spawnSync(
    join(repository, 'bin/lxplain'),
    ['check', 'vm1.conf', '--facts', facts, '--json'],
    { encoding: 'utf8', cwd: folder },
  );
  const found = JSON.parse(stdout).diagnostics.filter(
    ({ severity }: { severity: string }) => severity === 'error',
  );
  expect(found.map(({ code, line }: { code: string; line: number }) => `${line} ${code}`)).toEqual([
    '3 lxc/bad-value',
    '4 lxc/init-without-path',
    '7 memory/too-small',
  ]);
});

test('what only advises is not told by plan, unless a misspelling is behind it', () => {
  const plan = (text: string) => {
    writeFileSync(join(folder, 'vm1.xml'), text);
    const args = ['plan', 'vm1.xml', '--facts', facts];
    return spawnSync(join(repository, 'bin/lxplain'), args, { encoding: 'utf8', cwd: folder });
  };
  expect(check(domain('')).stderr).toContain('[privilege/host-root]');
  expect(plan(domain('')).stderr).toBe('');
  expect(plan(domain(misspelt)).stderr).toMatch(
    /\[privilege\/host-root\][\s\S]*vm1\.xml:6:5: note: was this to be its root\?/,
  );
});

test('a warning fails only with --strict', () => {
  expect(check(domain(misspelt)).status).toBe(0);
  expect(check(domain(misspelt), '--strict').status).toBe(1);
});

test('--json: every place has a line, a column and an end', () => {
  const { status, stdout, stderr } = check(domain(misspelt), '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { version, diagnostics } = JSON.parse(stdout);
  expect(version).toBe(1);
  expect(diagnostics).toContainEqual({
    code: 'xml/unknown-element',
    severity: 'warning',
    file: 'vm1.xml',
    line: 6,
    column: 5,
    endLine: 6,
    endColumn: 17,
    message: '<filesystm> is not known in <devices> and has no effect',
    help: 'did you mean <filesystem>?',
    suggestion: 'filesystem',
    notes: [],
  });
});

test('--json: a file that cannot be read is a diagnostic too', () => {
  const { status, stdout, stderr } = spawnSync(
    join(repository, 'bin/lxplain'),
    ['check', join(folder, 'missing.xml'), '--json'],
    { encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(JSON.parse(stdout).diagnostics).toMatchObject([
    { code: 'file/unreadable', severity: 'error' },
  ]);
});

test('bytes that are not UTF-8 have a place, characters before them counted as characters', () => {
  const text = Buffer.concat([
    Buffer.from('<domain>\n  <name>é\u{1f4a9}'),
    Buffer.from([0xe2, 0x82, 0x3c]),
  ]);
  expect(JSON.parse(check(text, '--json').stdout).diagnostics).toMatchObject([
    { code: 'file/not-utf8', line: 2, column: 11, message: 'byte 0xe2 is not UTF-8 text here' },
  ]);
});

describe('--sarif', () => {
  const log = () => JSON.parse(check(domain(`${misspelt}${wrong}`), '--sarif').stdout);

  test('is a log of version 2.1.0 with one run', () => {
    const { $schema, version, runs } = log();
    expect({ $schema, version, count: runs.length }).toEqual({
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      count: 1,
    });
    expect(runs[0].columnKind).toBe('unicodeCodePoints');
  });

  test('has a rule for each code, which its results name by id and index', () => {
    const { tool, results } = log().runs[0];
    const { rules } = tool.driver;
    expect(rules.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['event/unknown-action', 'xml/unknown-element']),
    );
    for (const { ruleId, ruleIndex } of results) expect(rules[ruleIndex].id).toBe(ruleId);
    for (const { shortDescription, help } of rules) {
      expect(shortDescription.text).not.toBe('');
      expect(help.text).not.toBe('');
    }
  });

  test('has the level and the region of each result', () => {
    const { results } = log().runs[0];
    expect(results).toContainEqual({
      ruleId: 'event/unknown-action',
      ruleIndex: expect.any(Number),
      level: 'error',
      message: { text: expect.stringContaining('explode') },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'vm1.xml' },
            region: { startLine: 8, startColumn: 13, endLine: 8, endColumn: 20 },
          },
        },
      ],
    });
  });
});
