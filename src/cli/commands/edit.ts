import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { define } from '../../compile.ts';
import { editorFailed, editRenames, notDefined } from '../../diagnostics/catalog/cli.ts';
import { hasErrors, inSourceOrder } from '../../diagnostics/diagnostic.ts';
import { probeMachine } from '../../facts/probe.ts';
import type { Domain } from '../../ir/domain.ts';
import { readDefinition } from '../../state/defined.ts';
import { Failure, tell } from '../failure.ts';
import { findKnown } from '../find-known.ts';
import { needOutput, printDone, printError } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { keepDefined } from './define.ts';

/** Lets the user change the XML of a defined domain in an editor; a fault is shown, and they may try again. */
export async function edit(text: string): Promise<void> {
  needOutput();
  const { name } = findKnown(text);
  const old = readDefinition(definedPlaces(), name);
  if (old === undefined) throw new Failure([notDefined(name, 'edited')]);
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-edit-'));
  const file = join(folder, `${name.replaceAll(/[^\w.-]/g, '_')}.xml`);
  try {
    writeFileSync(file, old, { mode: 0o600 });
    for (;;) {
      runEditor(file);
      const changed = readFileSync(file, 'utf8');
      if (changed === old) return printDone(`Domain '${name}' XML configuration not changed.\n\n`);
      try {
        await keepDefined(read(file, changed, name));
        return printDone(`Domain '${name}' XML configuration edited.\n\n`);
      } catch (cause) {
        if (!(cause instanceof Failure) || !process.stdin.isTTY) throw cause;
        tell(cause.diagnostics, cause.sources);
        if (!(await tryAgain())) throw cause;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A path may have arguments behind it: `code --wait`. */
function runEditor(file: string): void {
  const editor = process.env.VISUAL || process.env.EDITOR || 'vi';
  const { status, error } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, editor, file], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Failure([editorFailed(editor, error?.message ?? `status ${status}`)]);
}

/** @throws Failure */
function read(file: string, xml: string, name: string): Domain {
  const { domain, diagnostics, sources } = define(file, xml, probeMachine(), 'of-machine');
  if (domain === undefined || hasErrors(diagnostics))
    throw new Failure(inSourceOrder(diagnostics), sources);
  if (domain.name.value !== name) throw new Failure([editRenames(name, domain.name.value)]);
  tell(inSourceOrder(diagnostics), sources);
  return domain;
}

async function tryAgain(): Promise<boolean> {
  printError('Failed. Try again? [y,n]: ');
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve).once('close', () => resolve('n'));
  });
  lines.close();
  return answer.trim().toLowerCase().startsWith('y');
}
