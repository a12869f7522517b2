import { leftover, stateUnsafe } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { isAutostarted } from '../../state/defined.ts';
import { type Lives, livesOf } from '../../state/lives.ts';
import { untrusted } from '../../state/place.ts';
import { listLeftovers, listRunning } from '../../state/running.ts';
import { tell } from '../failure.ts';
import { allKnown, type Known, uuidOfKnown } from '../find-known.ts';
import { print } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { nameOfState, type State, stateOf } from '../state-of.ts';
import { tableText } from '../table.ts';
import { titleOf } from '../title-of.ts';

interface Options {
  readonly all?: boolean;
  readonly inactive?: boolean;
  readonly name?: boolean;
  readonly uuid?: boolean;
  readonly id?: boolean;
  readonly table?: boolean;
  readonly title?: boolean;
  readonly persistent?: boolean;
  readonly transient?: boolean;
  /** False for --no-autostart. */
  readonly autostart?: boolean;
  readonly stateRunning?: boolean;
  readonly statePaused?: boolean;
  readonly stateShutoff?: boolean;
  readonly stateOther?: boolean;
  readonly json?: boolean;
}

export async function list(options: Options): Promise<void> {
  const directory = runtimeDirectory();
  show(chosen(allKnown(listRunning(directory)), options), options);
  const odd = untrusted(directory);
  if (odd !== undefined) tell([stateUnsafe(odd.path, odd.what)], new Map());
  else tell((await listLeftovers(directory)).map(leftover), new Map());
}

/**
 * Of each group of filters that is given a domain has to meet one. Without --all or --inactive only what runs is listed,
 * unless a filter asks for more.
 */
function chosen(all: readonly Known[], options: Options): readonly Known[] {
  const wantsInactive = options.all || options.inactive || options.stateShutoff;
  const states: readonly State['state'][] = [
    ...(options.stateRunning ? (['running'] as const) : []),
    ...(options.statePaused ? (['paused'] as const) : []),
    ...(options.stateShutoff ? (['shut off'] as const) : []),
  ];
  const isFiltered = states.length > 0 || options.stateOther === true;
  const either = (yes: boolean | undefined, no: boolean | undefined, is: boolean): boolean =>
    (yes !== true && no !== true) || (yes === true && is) || (no === true && !is);
  return all.filter((known) => {
    const isActive = known.running !== undefined;
    if (isActive ? options.inactive === true && options.all !== true : !wantsInactive) return false;
    return (
      (!isFiltered || states.includes(nameOfState(known))) &&
      either(options.persistent, options.transient, known.isDefined) &&
      either(
        options.autostart,
        options.autostart === false,
        known.isDefined && isAutostarted(definedPlaces(), known.name),
      )
    );
  });
}

const idOf = ({ running }: Known): string => String(running?.initPid ?? '-');

function show(domains: readonly Known[], options: Options): void {
  if (options.json) return showJson(domains);
  const columns = [
    ...(options.uuid ? [(known: Known) => uuidOfKnown(known) ?? '-'] : []),
    ...(options.name ? [({ name }: Known) => name] : []),
    ...(options.id ? [idOf] : []),
  ];
  if (columns.length > 0) {
    const shown = options.id && !options.name && !options.uuid;
    const listed = shown ? domains.filter(({ running }) => running !== undefined) : domains;
    const lines = listed.map((known) => `${columns.map((cell) => cell(known)).join(' ')}\n`);
    print(`${lines.join('')}\n`);
    return;
  }
  const lives = domains.map(({ name, running }) =>
    running === undefined ? undefined : livesOf(runtimeDirectory(), name),
  );
  const rows = [
    ['Id', 'Name', 'State', ...(options.title ? ['Title'] : [])],
    ...domains.map((known) => [
      idOf(known),
      known.name,
      nameOfState(known),
      ...(options.title ? [titleOf(known) ?? ''] : []),
    ]),
  ];
  // What virsh has no column for is there only if there is something in it.
  if (lives.some((each) => each !== undefined)) {
    rows[0]?.push('Restarts', 'Last end');
    lives.forEach((each, index) => {
      rows[index + 1]?.push(...restartCells(each));
    });
  }
  print(tableText(rows));
}

const restartCells = (lives: Lives | undefined): readonly string[] => {
  if (lives === undefined) return ['0', '-'];
  const seconds = Math.max(0, Math.floor((Date.now() - lives.endedMs) / 1000));
  return [String(lives.restarts), `${lives.lastEnd}, ${ago(seconds)} ago`];
};

const ago = (seconds: number): string => {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
};

function showJson(domains: readonly Known[]): void {
  const shown = domains.map((known) => {
    const { name, running, isDefined } = known;
    const lives = running === undefined ? undefined : livesOf(runtimeDirectory(), name);
    return {
      id: running?.initPid,
      name,
      uuid: uuidOfKnown(known),
      ...stateOf(known),
      persistent: isDefined,
      autostart: isDefined && isAutostarted(definedPlaces(), name),
      ...(running === undefined
        ? {}
        : { supervisor: running.supervisorPid, restarts: lives?.restarts ?? 0 }),
      ...(lives === undefined
        ? {}
        : { lastEnd: lives.lastEnd, lastEndAt: new Date(lives.endedMs).toISOString() }),
    };
  });
  print(`${JSON.stringify({ version: 1, domains: shown }, undefined, 2)}\n`);
}
