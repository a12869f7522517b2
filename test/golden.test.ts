import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compilePlan, explain, printPlanSyscalls } from '../src/assemble.ts';
import { listCode } from '../src/codegen/listing.ts';
import { makePlan, readDomain } from '../src/compile.ts';
import { render } from '../src/diagnostics/render.ts';
import type { Arch, HostFacts } from '../src/facts/facts.ts';
import { noHost } from '../src/frontend/lxc/host.ts';
import { readProgram } from '../src/notes.ts';
import type { Plan } from '../src/plan/plan.ts';
import { printPlan } from '../src/plan/print.ts';
import { writePlan } from '../src/plan/write.ts';
import { printDomainXml } from '../src/print/domain-xml.ts';

const folder = join(import.meta.dirname, '../golden');
const archs: readonly Arch[] = ['x86_64', 'aarch64'];

/** Cases of which the first step of each operation is explained. */
const explained: readonly string[] = ['idmap', 'private-root'];

/** More KiB than a typical domain may take: five hierarchies; a filter of system calls; a user namespace with four file systems; seven interfaces. */
const large: Readonly<Record<string, number>> = {
  tuning: 96,
  'proc-files': 160,
  'proc-files-v2': 132,
  confined: 90,
  'init-user-idmap': 84,
  images: 84,
  idmapped: 84,
  'idmap-four-filesystems': 84,
  interfaces: 90,
  'interfaces-idmap': 86,
  'shared-namespaces-idmap': 82,
};
/** Cases of which the machine code is listed: one is enough to read, and all would be large. */
const listed: readonly string[] = ['private-root'];

/** The text of every stage of a case; the facts are golden/facts/hybrid.json unless the case names others. */
async function* stages(name: string): AsyncGenerator<readonly [file: string, text: string]> {
  const at = join(folder, 'cases', name);
  const text = readFileSync(join(at, 'domain.xml'), 'utf8');
  const named = join(at, 'facts.txt');
  const kind = existsSync(named) ? readFileSync(named, 'utf8').trim() : 'hybrid';
  const facts = JSON.parse(
    readFileSync(join(folder, 'facts', `${kind}.json`), 'utf8'),
  ) as HostFacts;
  const read = await readDomain('domain.xml', text);
  const { sources } = read;
  const made = read.domain === undefined ? undefined : makePlan(read.domain, facts, sources);
  const diagnostics = [...read.diagnostics, ...(made?.diagnostics ?? [])];
  yield ['diagnostics.txt', diagnostics.map((each) => `${render(each, sources)}\n`).join('')];
  if (made?.plan === undefined) return;
  const { plan, domain } = made;
  yield ['resolved.xml', printDomainXml(domain)];
  yield ['plan.txt', printPlan(plan)];
  yield ['plan.json', writePlan(plan)];
  if (existsSync(join(at, 'lxc.conf'))) yield* configStages(at, facts, plan);
  if (explained.includes(name)) {
    const first = new Map(plan.steps.toReversed().map(({ op, id }) => [op, id]));
    const ids = [...first.values()].sort((a, b) => a - b);
    yield ['explain.txt', ids.map((id) => explain(plan, id, sources)).join('\n')];
  }
  for (const arch of archs) {
    yield [`${arch}.syscalls.txt`, printPlanSyscalls(plan, arch)];
    const options = { arch, mode: { kind: 'foreground', client: false }, domainXml: '' } as const;
    const elf = compilePlan(plan, options);
    expect(readProgram(elf)?.planJson).toBe(writePlan(plan));
    if (listed.includes(name)) yield [`${arch}.code.txt`, listCode(elf)];
    expect(compilePlan(plan, options), 'the same plan gives the same bytes').toEqual(elf);
    expect(elf.length, 'a program is small').toBeLessThan((large[name] ?? 80) * 1024);
  }
}

/** The same container as an lxc config: the same plan, with the lines of the config as origins. */
async function* configStages(
  at: string,
  facts: HostFacts,
  expected: Plan,
): AsyncGenerator<readonly [file: string, text: string]> {
  const text = readFileSync(join(at, 'lxc.conf'), 'utf8');
  const host = { ...noHost, memoryKiB: facts.memoryTotalKiB };
  const { domain, diagnostics, sources } = await readDomain('lxc.conf', text, host);
  const plan = domain === undefined ? undefined : makePlan(domain, facts, sources).plan;
  expect(withoutOrigins(plan)).toEqual(withoutOrigins(expected));
  yield ['lxc.diagnostics.txt', diagnostics.map((each) => `${render(each, sources)}\n`).join('')];
  if (plan !== undefined) yield ['lxc.plan.txt', printPlan(plan)];
}

const withoutOrigins = (plan: Plan | undefined): unknown =>
  plan?.steps.map(({ origin: _, ...step }) => step);

test.each(readdirSync(join(folder, 'cases')))('%s', async (name) => {
  for await (const [file, text] of stages(name)) {
    await expect(text).toMatchFileSnapshot(join(folder, 'cases', name, file));
  }
});

/** The plans that plans/examples/*.md explain. */
test.each(['private-root', 'idmap'])('plans/examples/%s.json', async (name) => {
  let plan = '';
  for await (const [file, text] of stages(name)) {
    plan = text;
    if (file === 'plan.json') break;
  }
  await expect(plan).toMatchFileSnapshot(join(folder, '../plans/examples', `${name}.json`));
});

test.each([40, 80, 100])('a plan is printed in %d columns', (width) => {
  const cases = readdirSync(join(folder, 'cases'));
  const files = cases.map((name) => join(folder, 'cases', name, 'plan.json')).filter(existsSync);
  for (const file of files) {
    const lines = printPlan(JSON.parse(readFileSync(file, 'utf8')), { width }).split('\n');
    expect(lines.filter((line) => [...line].length > width)).toEqual([]);
  }
});

test('a diagnostic with severity error has no plan, and a plan has none', async () => {
  for (const name of readdirSync(join(folder, 'cases'))) {
    const files = new Map<string, string>();
    for await (const [file, text] of stages(name)) {
      files.set(file, text);
      if (file === 'plan.txt') break;
    }
    expect(files.has('plan.txt'), name).toBe(!name.startsWith('error-'));
    expect(/: error: /.test(files.get('diagnostics.txt') ?? ''), name).toBe(
      name.startsWith('error-'),
    );
  }
}, 300_000);
