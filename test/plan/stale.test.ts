import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlan, readDomain } from '../../src/compile.ts';
import type { HostFacts, PathFact } from '../../src/facts/facts.ts';
import type { Domain } from '../../src/ir/domain.ts';
import { wantedFacts } from '../../src/passes/wanted.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { differences, wantedByPlan } from '../../src/plan/stale.ts';

const golden = join(import.meta.dirname, '../../golden');
const factsOf = (name: string): HostFacts =>
  JSON.parse(readFileSync(join(golden, 'facts', `${name}.json`), 'utf8'));
const machines = ['hybrid', 'v2', 'security', 'no-ipv6'];

/** A machine that differs from `facts` in one thing. */
const mutations: Readonly<Record<string, (facts: HostFacts) => HostFacts>> = {
  ...Object.fromEntries(machines.map((name) => [`is ${name}`, () => factsOf(name)])),
  'of the other architecture': (facts) => ({
    ...facts,
    arch: facts.arch === 'x86_64' ? 'aarch64' : 'x86_64',
  }),
  'with an old kernel': (facts) => ({
    ...facts,
    kernel: { release: '5.10.0', major: 5, minor: 10 },
  }),
  'with its state elsewhere': (facts) => ({ ...facts, runtimeDirectory: '/elsewhere/run/lxplain' }),
  'with IPv6 switched': (facts) => ({ ...facts, ipv6: !facts.ipv6 }),
  'with FUSE switched': (facts) => ({ ...facts, fuse: facts.fuse !== true }),
  'with audit switched': (facts) => ({ ...facts, audit: facts.audit !== true }),
  'with a capability less': (facts) => ({ ...facts, lastCapability: 39 }),
  'with a capability more': (facts) => ({ ...facts, lastCapability: 41 }),
  'without rights': (facts) => ({ ...facts, permittedCapabilities: '0x1' }),
  'without the memory controller': (facts) => withControllers(facts, (name) => name !== 'memory'),
  'without the devices controller': (facts) => withControllers(facts, (name) => name !== 'devices'),
  'with its control groups elsewhere': ({ cgroups, ...facts }) => ({
    ...facts,
    cgroups: {
      v1: cgroups.v1.map((each) => ({ ...each, mountPoint: `/cgroup${each.mountPoint}` })),
      ...(cgroups.v2 === undefined ? {} : { v2: { ...cgroups.v2, mountPoint: '/cgroup/v2' } }),
    },
  }),
  'with memory passed on': ({ cgroups, ...facts }) => ({
    ...facts,
    cgroups: {
      ...cgroups,
      ...(cgroups.v2 === undefined ? {} : { v2: { ...cgroups.v2, enabled: ['memory'] } }),
    },
  }),
  'with a second /proc': (facts) => ({
    ...facts,
    mounts: [...facts.mounts, { point: '/proc', type: 'proc' }],
  }),
  'without a mounted /sys': (facts) => ({
    ...facts,
    mounts: facts.mounts.filter(({ point }) => point !== '/sys'),
  }),
  'where nothing is there': (facts) => withPaths(facts, { kind: 'missing' }),
  'where all is a file': (facts) => withPaths(facts, { kind: 'file' }),
  'where all is a directory': (facts) => withPaths(facts, { kind: 'directory' }),
  'where all is a device': (facts) => withPaths(facts, { kind: 'char', major: 9, minor: 9 }),
};

/** A root that is no directory, or an init that is a device: the start would fail, and only the start says so of a domain. */
const stricter: readonly string[] = [
  'where all is a file',
  'where all is a device',
  // Of a user other than root a plan does not say what becomes of capabilities without a name.
  'with a capability more',
];

const withControllers = (
  { cgroups, ...facts }: HostFacts,
  keeps: (name: string) => boolean,
): HostFacts => ({
  ...facts,
  cgroups: {
    v1: cgroups.v1.map((each) => ({ ...each, controllers: each.controllers.filter(keeps) })),
    ...(cgroups.v2 === undefined
      ? {}
      : { v2: { ...cgroups.v2, controllers: cgroups.v2.controllers.filter(keeps) } }),
  },
});

const withPaths = (facts: HostFacts, fact: PathFact): HostFacts => ({
  ...facts,
  paths: Object.fromEntries(Object.keys(facts.paths).map((path) => [path, fact])),
  rootPaths: Object.fromEntries(
    Object.entries(facts.rootPaths).map(([root, paths]) => [
      root,
      Object.fromEntries(Object.keys(paths).map((path) => [path, fact])),
    ]),
  ),
});

/** The images that the cases have. */
const images = Object.fromEntries(
  Object.entries(factsOf('hybrid').paths).filter(
    ([, { kind, ...fact }]) => kind === 'file' || 'filesystems' in fact,
  ),
);

/** A machine has what the domain names, unless its facts say otherwise. */
function complete(facts: HostFacts, domain: Domain): HostFacts {
  const { paths, inside } = wantedFacts(domain, facts);
  const programs = inside?.programs.map((path) => [path, { kind: 'file' }] as const) ?? [];
  const lists = inside && factsOf('hybrid').rootPaths[inside.root];
  const rootPaths =
    inside === undefined ? {} : { [inside.root]: { ...lists, ...Object.fromEntries(programs) } };
  const there = Object.fromEntries(paths.map((path) => [path, { kind: 'directory' } as const]));
  const { profiles = {} } = factsOf('hybrid');
  return { ...facts, profiles, paths: { ...there, ...images, ...facts.paths }, rootPaths };
}

/** The ids move if a controller is passed on that was passed on already, which changes nothing. */
const sameEffect = (plan: Plan, fresh: Plan): boolean => effects(plan) === effects(fresh);

const effects = ({ steps }: Plan): string =>
  JSON.stringify(
    steps.filter(({ op }) => op !== 'cgroup.enable').map(({ id: _, undo: __, ...step }) => step),
  );

const cases = readdirSync(join(golden, 'cases')).filter((name) => !name.startsWith('error-'));

describe.each(cases)('%s', (name) => {
  test.each(machines)('planned on %s', async (machine) => {
    const text = readFileSync(join(golden, 'cases', name, 'domain.xml'), 'utf8');
    const { domain, sources } = await readDomain('domain.xml', text);
    if (domain === undefined) throw new Error('every case without error- has a domain');
    const facts = complete(factsOf(machine), domain);
    const { plan, diagnostics } = makePlan(domain, facts, sources);
    if (diagnostics.some(({ code }) => code === 'interface/no-ipv6')) return;
    if (plan === undefined) throw new Error('and a plan');
    expect(differences(plan, facts), 'the machine that it was made for').toEqual([]);
    const wrong: string[] = [];
    for (const [title, change] of Object.entries(mutations)) {
      const other = change(complete(facts, domain));
      const changed = title.startsWith('is ') ? complete(other, domain) : other;
      const fresh = makePlan(domain, changed, sources).plan;
      const fits = fresh !== undefined && plan.arch === fresh.arch && sameEffect(plan, fresh);
      const found = differences(plan, changed);
      const isStricter = fits && stricter.includes(title);
      if (fits !== (found.length === 0) && !isStricter)
        wrong.push(`${title}: ${fits ? found.join() : 'unseen'}`);
    }
    expect(wrong).toEqual([]);
  });
});

test('what a plan wants to know is what its domain names', async () => {
  const text = readFileSync(join(golden, 'cases/file-on-file/domain.xml'), 'utf8');
  const { domain, sources } = await readDomain('domain.xml', text);
  if (domain === undefined) throw new Error('it can be read');
  const { plan } = makePlan(domain, complete(factsOf('hybrid'), domain), sources);
  if (plan === undefined) throw new Error('it can be planned');
  const byPlan = wantedByPlan(plan);
  const { paths, inside } = wantedFacts(domain, factsOf('hybrid'));
  expect(byPlan.paths).toEqual(expect.arrayContaining([...paths]));
  expect(byPlan.paths).toContain('/srv/file');
  expect(byPlan.inside?.root).toBe(inside?.root);
  expect(byPlan.inside?.programs).toEqual(inside?.programs);
});
