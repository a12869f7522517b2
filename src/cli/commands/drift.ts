import { notRunning, planUnreadable } from '../../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import type { Drift } from '../../plan/drift.ts';
import { driftOf } from '../../plan/drift.ts';
import { readPlan } from '../../plan/read.ts';
import { observe } from '../../state/observe.ts';
import { listRunning, type Running } from '../../state/running.ts';
import { Failure } from '../failure.ts';
import { notesOf } from '../find-domain.ts';
import { findRunningDomain } from '../find-known.ts';
import { needRoot } from '../launch.ts';
import { print } from '../output.ts';

interface Options {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** What of a container that runs is not as its plan has it. Status 1 if there is anything. */
export function drift(text: string | undefined, { all, json }: Options): void {
  needRoot();
  const running =
    text === undefined || all === true
      ? listRunning(runtimeDirectory())
      : [findRunningDomain(text).running];
  const found = running.map((each) => ({ name: each.name, drift: look(each) }));
  if (found.some(({ drift: each }) => each.length > 0)) process.exitCode = 1;
  if (json === true)
    return print(`${JSON.stringify({ version: 1, domains: found }, undefined, 2)}\n`);
  print(found.map(({ name, drift: each }) => textOf(name, each)).join('\n'));
}

/** @throws Failure if it has ended meanwhile, or has another plan than ours */
function look(running: Running): readonly Drift[] {
  const notes = notesOf(running);
  if (notes === undefined || running.initPid === undefined)
    throw new Failure([notRunning(running.name)]);
  const { plan, diagnostics } = readPlan(running.name, notes.planJson);
  if (plan === undefined) throw new Failure([planUnreadable(running.name), ...diagnostics]);
  try {
    return driftOf(plan, observe(plan, running.initPid));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) throw new Failure([notRunning(running.name)]);
    throw cause;
  }
}

function textOf(name: string, all: readonly Drift[]): string {
  if (all.length === 0) return `${name}: as planned\n`;
  const topics = [...new Set(all.map(({ topic }) => topic))];
  const lines = topics.flatMap((topic) => [
    `  ${topic}`,
    ...all.filter((each) => each.topic === topic).flatMap(lineOf),
  ]);
  return `${name}: ${all.length} ${all.length === 1 ? 'thing is' : 'things are'} not as planned\n${lines.join('\n')}\n`;
}

const lineOf = ({ step, what, expected, found }: Drift): readonly string[] => [
  `    ${step === undefined ? what : `step ${step} ${what}`}`,
  `      planned  ${expected}`,
  `      found    ${found}`,
];
