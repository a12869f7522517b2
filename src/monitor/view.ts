import { printable } from '../diagnostics/printable.ts';
import { bytes, type Marks, percent } from './cells.ts';
import {
  type Sample,
  type SortKey,
  sorted,
  sortKeys,
  type Usage,
  usageBetween,
} from './figures.ts';
import { fitted, tableOf } from './table.ts';

/** What is shown, and what the keys have changed of it. */
export interface View {
  readonly sort: SortKey;
  /** Only names that have this in them. */
  readonly filter: string;
  /** The name of the chosen container. */
  readonly chosen: string | undefined;
  readonly page: Page;
  /** What the last line asks for, or tells. */
  readonly prompt: Prompt | undefined;
  readonly message: string;
  /** The first line of a page that is shown. */
  readonly scrolled: number;
  readonly delayMs: number;
}

export type Page = 'list' | 'processes' | 'plan' | 'log' | 'help';

type Prompt =
  | { readonly kind: 'filter' | 'delay'; readonly text: string }
  | { readonly kind: 'sure'; readonly action: 'stop' | 'restart' };

/** What a key asks for that is not about the screen. */
export interface Order {
  readonly kind: 'quit' | 'stop' | 'restart' | 'attach';
  readonly name?: string;
}

/** A key as Node names it. @see https://nodejs.org/api/readline.html#readlineemitkeypresseventsstream-interface */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

export const firstView = (sort: SortKey, delayMs: number): View => ({
  sort,
  filter: '',
  chosen: undefined,
  page: 'list',
  prompt: undefined,
  message: '',
  scrolled: 0,
  delayMs,
});

type Change = Partial<View> | Order;

const pages: Readonly<Record<string, Page>> = { h: 'help', '?': 'help' };
/** @see virt-top(1), KEYS */
const sorts: Readonly<Record<string, SortKey>> = {
  P: 'cpu',
  M: 'mem',
  T: 'time',
  N: 'name',
  I: 'id',
  W: 'net',
  B: 'block',
};
const TABS: readonly Page[] = ['processes', 'plan', 'log'];

/** The shortest time between two samples. */
export const SHORTEST_MS = 100;

/** What a key does to the view of the containers that are `shown`, in their order. */
export function press(
  view: View,
  key: Key,
  shown: readonly string[],
): { readonly view: View; readonly order?: Order } {
  const change = view.prompt === undefined ? onPage(view, key, shown) : onPrompt(view, key);
  return 'kind' in change
    ? { view: { ...view, prompt: undefined, message: '' }, order: change }
    : { view: { ...view, message: '', ...change } };
}

function onPage(view: View, key: Key, shown: readonly string[]): Change {
  const character = key.sequence ?? '';
  if (key.ctrl === true && key.name === 'c') return { kind: 'quit' };
  const moved = move(view, key, shown);
  if (moved !== undefined) return moved;
  if (character === 'q' || key.name === 'escape')
    return view.page === 'list' ? leave(view, character) : { page: 'list', scrolled: 0 };
  const page = pages[character];
  if (page !== undefined) return { page, scrolled: 0 };
  const sort = sorts[character];
  if (sort !== undefined) return { sort };
  switch (character) {
    case 'o':
      return { sort: sortKeys[(sortKeys.indexOf(view.sort) + 1) % sortKeys.length] ?? 'cpu' };
    case '/':
      return { prompt: { kind: 'filter', text: '' } };
    case 's':
    case 'd':
      return { prompt: { kind: 'delay', text: '' } };
    default:
      return onChosen(view, key);
  }
}

/** Escape takes back a filter before it means anything else. */
const leave = (view: View, character: string): Change =>
  character === 'q' ? { kind: 'quit' } : view.filter === '' ? {} : { filter: '' };

function move(view: View, { name, sequence }: Key, shown: readonly string[]): Change | undefined {
  const by =
    name === 'down' || sequence === 'j' ? 1 : name === 'up' || sequence === 'k' ? -1 : undefined;
  const paged = name === 'pagedown' ? 10 : name === 'pageup' ? -10 : by;
  if (paged === undefined) return undefined;
  if (view.page !== 'list') return { scrolled: Math.max(0, view.scrolled + paged) };
  const at = view.chosen === undefined ? -1 : shown.indexOf(view.chosen);
  const next = Math.min(shown.length - 1, Math.max(0, at + paged));
  return { chosen: shown[next] };
}

function onChosen({ page, chosen }: View, { name, sequence = '' }: Key): Change {
  if (!['return', 'enter', 'tab'].includes(name ?? '') && !['S', 'R', 'a'].includes(sequence))
    return {};
  if (chosen === undefined) return { message: 'choose a container first: the arrow keys' };
  switch (sequence) {
    case 'S':
      return { prompt: { kind: 'sure', action: 'stop' } };
    case 'R':
      return { prompt: { kind: 'sure', action: 'restart' } };
    case 'a':
      return { kind: 'attach', name: chosen };
    default:
      return { page: TABS[(TABS.indexOf(page) + 1) % TABS.length] ?? 'processes', scrolled: 0 };
  }
}

function onPrompt(view: View, key: Key): Change {
  const { prompt } = view;
  if (prompt === undefined) return {};
  const character = key.sequence ?? '';
  if (key.name === 'escape' || (key.ctrl === true && key.name === 'c'))
    return { prompt: undefined };
  if (prompt.kind === 'sure') {
    if (character !== 'y' || view.chosen === undefined) return { prompt: undefined };
    return { kind: prompt.action, name: view.chosen };
  }
  if (key.name === 'return' || key.name === 'enter') return taken(prompt);
  const text = key.name === 'backspace' ? prompt.text.slice(0, -1) : prompt.text + typed(character);
  return { prompt: { ...prompt, text } };
}

const typed = (character: string): string => (/^[\x20-\x7e]$/.test(character) ? character : '');

function taken({ kind, text }: Extract<Prompt, { text: string }>): Change {
  if (kind === 'filter') return { prompt: undefined, filter: text };
  const milliseconds = Math.round(Number(text) * 1000);
  return milliseconds >= SHORTEST_MS && milliseconds <= 3_600_000
    ? { prompt: undefined, delayMs: milliseconds }
    : { prompt: undefined, message: `'${text}' is no number of seconds from 0.1 to 3600` };
}

/** What is known of the machine. */
export interface Host {
  readonly processors: number;
  readonly memoryBytes: number;
}

/** What the screen has been told, newest last, and what stands around it. */
export interface Seen {
  readonly samples: readonly Sample[];
  readonly host: Host;
  /** Defined domains that do not run. */
  readonly shutOff: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** The lines of the page of the chosen container. */
  readonly details: readonly string[];
}

export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly isColoured: boolean;
  readonly marks: Marks;
}

/** The containers of the last sample that the filter lets pass, in the order of the view. */
export function shownOf({ sort, filter }: View, samples: readonly Sample[]): readonly Usage[] {
  const now = samples.at(-1);
  if (now === undefined) return [];
  const all = usageBetween(samples.at(-2), now);
  return sorted(
    all.filter(({ name }) => name.includes(filter)),
    sort,
  );
}

/** How the share of a processor of each container went, oldest first. */
export function historyOf(samples: readonly Sample[]): ReadonlyMap<string, readonly number[]> {
  const history = new Map<string, number[]>();
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined) continue;
    for (const { name, cpu } of usageBetween(before, sample)) {
      const past = history.get(name) ?? [];
      past.push(cpu);
      history.set(name, past);
    }
  }
  return history;
}

/** As many lines as the screen is high, each at most as wide as it is. */
export function linesOf(view: View, seen: Seen, screen: Screen): readonly string[] {
  const { height, width } = screen;
  const head = headOf(view, seen, width);
  const body = bodyOf(view, seen, screen, Math.max(0, height - head.length - 1));
  const all = [...head, ...body];
  const blank = Array.from({ length: Math.max(0, height - 1 - all.length) }, () => '');
  return [...all, ...blank, fitted(lastLine(view), width).trimEnd()].slice(0, height);
}

function headOf(view: View, { samples, host, shutOff, nowMs }: Seen, width: number): string[] {
  const all = shownOf({ ...view, filter: '' }, samples);
  const paused = all.filter(({ isPaused }) => isPaused).length;
  const total = (of: (usage: Usage) => number | undefined): number =>
    all.reduce((sum, usage) => sum + (of(usage) ?? 0), 0);
  const time = new Date(nowMs).toTimeString().slice(0, 8);
  const counts = `${all.length - paused} running, ${paused} paused, ${shutOff} shut off`;
  const used = `CPU ${percent(total(({ cpu }) => cpu))} % of ${host.processors}00 %`;
  const memory = `memory ${bytes(total(({ memoryBytes }) => memoryBytes))} of ${bytes(host.memoryBytes)}`;
  const filter = view.filter === '' ? '' : `, only '${printable(view.filter)}'`;
  const order = `by ${view.sort}${filter}, every ${view.delayMs / 1000} s`;
  return [`lxplain top  ${time}  ${counts}`, `${used}, ${memory}  ${order}`].map((line) =>
    fitted(line, width).trimEnd(),
  );
}

function bodyOf(view: View, seen: Seen, screen: Screen, height: number): readonly string[] {
  const { width } = screen;
  if (view.page === 'list') return listOf(view, seen, screen, height);
  const title =
    view.page === 'help' ? 'keys' : `${printable(view.chosen ?? '')}: ${titles[view.page]}`;
  const lines = view.page === 'help' ? help : seen.details;
  const first = Math.min(view.scrolled, Math.max(0, lines.length - (height - 1)));
  return [
    inverse(fitted(title, width)),
    ...lines.slice(first, first + height - 1).map((line) => fitted(line, width).trimEnd()),
  ];
}

const titles = { processes: 'processes', plan: 'plan', log: 'log, the newest first' } as const;

function listOf(
  view: View,
  { samples, nowMs }: Seen,
  screen: Screen,
  height: number,
): readonly string[] {
  const shown = shownOf(view, samples);
  const { head, rows } = tableOf(shown, { ...screen, nowMs, history: historyOf(samples) });
  const names = shown.map(({ name }) => name);
  const chosen = view.chosen === undefined ? -1 : names.indexOf(view.chosen);
  const first = Math.max(0, chosen - (height - 2));
  const lines = rows
    .slice(first, first + height - 1)
    .map((row, index) => (first + index === chosen ? inverse(row) : row));
  const none = view.filter === '' ? 'no container runs' : 'no container has such a name';
  return [inverse(fitted(head, screen.width)), ...(lines.length > 0 ? lines : [none])];
}

const inverse = (line: string): string => `\x1b[7m${line}\x1b[27m`;

function lastLine({ prompt, message, chosen, page }: View): string {
  const name = printable(chosen ?? '');
  switch (prompt?.kind) {
    case 'filter':
      return `only names with: ${prompt.text}`;
    case 'delay':
      return `seconds between two samples: ${prompt.text}`;
    case 'sure':
      return prompt.action === 'stop'
        ? `ask init of '${name}' to end? y/n`
        : `ask init of '${name}' to start again? y/n`;
    default:
      if (message !== '') return message;
      return page === 'list'
        ? 'q quit  h help  arrows choose  Enter look  S stop  R restart  a attach  / only'
        : 'q back  arrows scroll  Tab processes, plan or log';
  }
}

const help: readonly string[] = [
  'arrows, j k   choose a container; scroll a page',
  'Enter, Tab    its processes, its plan, its log',
  'S             ask its init to end (lxplain shutdown)',
  'R             ask its init to start again (lxplain reboot)',
  'a             attach to its console; ^] comes back',
  'P M T N I     sort by processor, memory, processor time, name, id',
  'W B           sort by network, block devices',
  'o             the next of these',
  '/             only names that have a text in them; Escape takes it back',
  's, d          seconds between two samples',
  'space, ^L     a sample now',
  'q, ^C         back; quit',
  '',
  'In column S an R runs, a P is paused. CPU% is of one processor. IO/s and NET/s',
  'are the bytes of a second, in and out; a dash: nobody counts them.',
];
