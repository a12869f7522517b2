import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makePlan, readDomain } from '../../src/compile.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import { lower } from '../../src/lower/lower.ts';
import { readPlan } from '../../src/plan/read.ts';
import { writePlan } from '../../src/plan/write.ts';
import { verifyProgram } from '../../src/program/verify.ts';
import { lxcConfig } from '../arbitraries/lxc.ts';

const factsOf = (name: string): HostFacts =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/facts', name), 'utf8'));
const facts = [factsOf('hybrid.json'), factsOf('v2.json')];

const target = fc.constantFrom(
  ...['/', '/a', '/a/b', '/a/b/c', '/srv', '/dev', '/dev/shm', '/dev/pts', '/proc', '/proc/sys'],
  ...['/proc/sys/net', '/sys', '/sys/fs/cgroup', '/sys/fs/cgroup/memory', '/etc/hosts'],
  ...['/a/./b', '//srv/', '/.', '/dev/./shm/.', '/a b\n'],
);
const readOnly = fc.constantFrom('', '<readonly/>');
const filesystem = fc.oneof(
  fc
    .record({
      source: fc.constantFrom('/', '/opt/vm-1-root', '/srv/data', '/srv/file', '/a/../b//'),
      target,
      readOnly,
    })
    .map(
      (each) =>
        `<filesystem type='mount'><source dir='${each.source}'/><target dir='${each.target}'/>${each.readOnly}</filesystem>`,
    ),
  fc
    .record({ source: target, target, readOnly })
    .map(
      (each) =>
        `<filesystem type='bind'><source dir='${each.source}'/><target dir='${each.target}'/>${each.readOnly}</filesystem>`,
    ),
  fc
    .record({ target, readOnly })
    .map(
      (each) =>
        `<filesystem type='ram'><source usage='1024'/><target dir='${each.target}'/>${each.readOnly}</filesystem>`,
    ),
);
const idmap =
  "<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='200000' count='65536'/></idmap>";

/** Parts of the extension, of `<os>`, of `<domain>` and of `<devices>`: any of them with any other. */
const extension = fc
  .subarray([
    "security no_new_privs='yes'",
    "limit name='nofile' soft='64' hard='128'",
    "limit name='core' soft='unlimited'",
    "sysctl name='net.ipv4.ip_forward' value='1'",
    "sysctl name='kernel.sem' value='1 2 3 4'",
    "cgroup delegate='yes'",
  ])
  .chain((parts) =>
    fc
      .constantFrom('', "security seccomp='builtin'")
      .map((filter) =>
        filter === '' || parts[0]?.startsWith('security') ? parts : [filter, ...parts],
      ),
  )
  .map((parts) =>
    parts.length === 0
      ? ''
      : `<metadata><l:domain xmlns:l='urn:lxplain:domain:1'>${parts.map((each) => `<l:${each}/>`).join('')}</l:domain></metadata>`,
  );
const more = fc.record({
  extension,
  os: fc.constantFrom(
    '',
    '<inituser>+33</inituser>',
    '<initgroup>+7</initgroup>',
    '<initdir>/a</initdir>',
  ),
  tuning: fc.constantFrom('', "<numatune><memory mode='interleave' nodeset='0-1'/></numatune>"),
  features: fc.constantFrom(
    '',
    '<features><privnet/></features>',
    "<features><capabilities policy='deny'><chown state='on'/></capabilities></features>",
    "<features><privnet/><capabilities policy='allow'/></features>",
  ),
  links: fc
    .subarray([
      "<interface type='ethernet'><ip address='10.0.0.2' prefix='24'/></interface>",
      "<interface type='bridge'><source bridge='br0'/><port isolated='yes'/></interface>",
      "<hostdev mode='capabilities' type='net'><source><interface>eth1</interface></source></hostdev>",
      "<disk type='block'><source dev='/dev/sda'/><target dev='sda'/></disk>",
    ])
    .map((all) => all.join('')),
});

const domain = fc
  .record({
    filesystems: fc.array(filesystem, { maxLength: 5 }),
    idmap: fc.constantFrom('', idmap),
    more,
    consoles: fc.nat(3),
    partition: fc.constantFrom(
      '',
      '<resource><partition>/machine/prod</partition></resource>',
      '<resource><partition>//a/./b/</partition></resource>',
    ),
  })
  .map(
    (each) =>
      `<domain type='lxc'><name>vm</name><memory>65536</memory>${each.partition}${each.more.extension}${each.more.tuning}<os><type arch='x86_64'>exe</type><init>/bin/sh</init>${each.more.os}</os>${each.idmap}${each.more.features}<devices>${each.filesystems.join('')}${each.more.links}${"<console type='pty'/>".repeat(each.consoles)}</devices></domain>`,
  );

test('whatever domain the passes accept has a plan that is sound, and programs that are', async () => {
  let planned = 0;
  await fc.assert(
    fc.asyncProperty(domain, fc.constantFrom(...facts), async (xml, machine) => {
      const read = await readDomain('d.xml', xml);
      if (read.domain === undefined) throw new Error(`no domain: ${xml}`);
      // An unsound plan is a broken invariant.
      const { plan, diagnostics } = makePlan(read.domain, machine, read.sources);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      expect(plan === undefined).toBe(errors.length > 0);
      if (plan === undefined) return;
      planned++;
      // What the planner writes is what a plan in a file may be.
      const text = writePlan(plan);
      expect(readPlan('plan.json', text)).toEqual({ plan: JSON.parse(text), diagnostics: [] });
      if (planned % 40 !== 0) return;
      for (const kind of ['foreground', 'detached'] as const)
        expect(verifyProgram(lower(plan, machine.arch, { kind, client: false }))).toEqual([]);
    }),
    { numRuns: 1500 },
  );
  expect(planned).toBeGreaterThan(300);
});

test('so has whatever config of lxc they accept', async () => {
  let planned = 0;
  await fc.assert(
    fc.asyncProperty(lxcConfig, fc.constantFrom(...facts), async (config, machine) => {
      const { domain, sources } = await readDomain('vm/config', config);
      if (domain === undefined) return;
      const { plan } = makePlan(domain, machine, sources);
      if (plan === undefined) return;
      planned++;
      const text = writePlan(plan);
      expect(readPlan('plan.json', text)).toEqual({ plan: JSON.parse(text), diagnostics: [] });
    }),
    { numRuns: 1500 },
  );
  expect(planned).toBeGreaterThan(30);
});
