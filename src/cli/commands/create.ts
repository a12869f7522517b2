import { compilePlan } from '../../assemble.ts';
import { domainExists } from '../../diagnostics/catalog/cli.ts';
import { planStale, planStaleWarning } from '../../diagnostics/catalog/plan.ts';
import type { Plan } from '../../plan/plan.ts';
import { isDefined, readDefinition } from '../../state/defined.ts';
import { Failure, tell } from '../failure.ts';
import { plainUuid } from '../find-domain.ts';
import { uuidIn } from '../find-known.ts';
import { launch, needRoot, terminalSize } from '../launch.ts';
import { needOutput } from '../output.ts';
import { passedDescriptors, withDescriptors } from '../passed.ts';
import { definedPlaces } from '../places.ts';
import { differencesOf, type PlanOptions, planFile } from '../planning.ts';
import { destroyStarted, noteStart } from '../started.ts';
import { fileName } from '../text-file.ts';

interface Options extends Pick<PlanOptions, 'lxcVersion' | 'strict'> {
  readonly console?: boolean;
  readonly autodestroy?: boolean;
  /** `3,4`: descriptors that init gets. */
  readonly passFds?: string;
  /** Run a plan that was made earlier even if it does not fit this machine. */
  readonly staleOk?: boolean;
}

export async function create(file: string, options: Options): Promise<void> {
  needRoot();
  needOutput();
  const passed = passedDescriptors(options.passFds);
  const { plan: planned, domainXml, sources, isFresh } = await planFile(file, options);
  const plan = withDescriptors(planned, fileName(file), passed.length);
  if (plan.steps.some(({ op }) => op === 'link.veth'))
    (await import('../needed-networks.ts')).startNetworksOf(plan);
  if (!isFresh) await checkFacts(plan, fileName(file), options);
  refuseOther(plan);
  const withConsole = options.console === true;
  const elf = compilePlan(plan, {
    arch: plan.arch,
    mode: { kind: 'detached', client: withConsole, ...(withConsole ? terminalSize() : {}) },
    ...(domainXml === undefined ? {} : { domainXml: domainXml() }),
  });
  const run = await launch({
    name: plan.name,
    elf,
    plan: async () => plan,
    file,
    sources: () => sources,
    done: `Domain '${plan.name}' created from ${fileName(file)}\n\n`,
    withConsole,
    passed,
  });
  noteStart(plan.name, run.supervisorPid);
  if (options.autodestroy === true) await destroyStarted(plan.name, run.supervisorPid);
}

/** A defined domain of the same name is the same one only if it has the same UUID. @throws Failure */
function refuseOther({ name, uuid }: Plan): void {
  const places = definedPlaces();
  if (!isDefined(places, name)) return;
  const defined = uuidIn(readDefinition(places, name) ?? '');
  if (defined !== undefined && plainUuid(defined) !== plainUuid(uuid))
    throw new Failure([domainExists(name, defined)]);
}

/** @throws Failure if a plan that was made earlier does not fit this machine. */
async function checkFacts(plan: Plan, file: string, { staleOk }: Options): Promise<void> {
  const stale = await differencesOf(plan);
  if (stale.length === 0) return;
  if (staleOk !== true) throw new Failure([planStale(file, stale)]);
  tell([planStaleWarning(file, stale)], new Map());
}
