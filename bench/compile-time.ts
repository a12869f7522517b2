import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePlan } from '../src/assemble.ts';
import { makePlan } from '../src/compile.ts';
import type { HostFacts } from '../src/facts/facts.ts';
import { readXml } from '../src/frontend/xml/read.ts';
import type { Contestant, Outcome } from './rounds.ts';
import { now, start, time, wait } from './spawn.ts';
import { median } from './statistics.ts';
import { type Work, writeDomain } from './work.ts';

const repository = join(import.meta.dirname, '..');
const golden = join(repository, 'golden');
const [WARM_UP, REPEATS] = [20, 20];

/** From the text of a domain to its program, in this process, ms: one value per golden case that has a plan. */
export function warm(): Outcome {
  const folder = join(golden, 'cases');
  const cases = readdirSync(folder).filter((name) => !name.startsWith('error-'));
  const works = cases
    .filter((name) => existsSync(join(folder, name, 'domain.xml')))
    .map((name) => {
      const text = readFileSync(join(folder, name, 'domain.xml'), 'utf8');
      const named = join(folder, name, 'facts.txt');
      const kind = existsSync(named) ? readFileSync(named, 'utf8').trim() : 'hybrid';
      const facts = JSON.parse(
        readFileSync(join(golden, 'facts', `${kind}.json`), 'utf8'),
      ) as HostFacts;
      return () => compileText(text, facts);
    });
  for (let i = 0; i < WARM_UP; i++) for (const once of works) once();
  const samples = works.map((once) => {
    const times = Array.from({ length: REPEATS }, () => {
      const from = now();
      once();
      return now() - from;
    });
    return median(times);
  });
  return { kind: 'measured', samples };
}

function compileText(text: string, facts: HostFacts): Uint8Array {
  const { domain } = readXml('domain.xml', text);
  if (domain === undefined) throw new Error('a golden case is not read');
  const { plan } = makePlan(domain, facts, new Map([['domain.xml', text]]));
  if (plan === undefined) throw new Error('a golden case has no plan');
  const mode = { kind: 'detached', client: false } as const;
  return compilePlan(plan, { arch: plan.arch, mode, domainXml: text });
}

export const EMPTY_NODE = 'node empty.mjs';

/** Commands of the command line, each a process of its own, beside Node doing nothing. */
export function cold(of: Work): readonly Contestant[] {
  const empty = join(of.folder, 'empty.mjs');
  writeFileSync(empty, '');
  const name = 'bench-cli';
  const xml = writeDomain(name, of);
  const conf = join(of.folder, 'cli.conf');
  writeFileSync(conf, `lxc.uts.name = cli\nlxc.rootfs.path = ${of.root}\nlxc.init.cmd = /bin/sh\n`);
  const lxplain = join(repository, 'bin/lxplain');
  return [
    { name: EMPTY_NODE, run: () => time([process.execPath, empty]) },
    { name: 'lxplain plan', run: () => time([lxplain, 'plan', xml]) },
    { name: 'lxplain check', run: () => time([lxplain, 'check', xml]) },
    { name: 'lxplain list', run: () => time([lxplain, 'list']) },
    {
      name: 'lxplain create, until init runs',
      run: () => {
        const taken = time([lxplain, 'create', xml]);
        wait(start([lxplain, 'destroy', name]));
        return taken;
      },
    },
    {
      name: 'lxplain domxml-from-native',
      run: () => time([lxplain, 'domxml-from-native', 'lxc-tools', conf]),
    },
  ];
}
