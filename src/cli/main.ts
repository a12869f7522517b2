import { fileUnreadable, fileUnwritable, stateUnsafe } from '../diagnostics/catalog/cli.ts';
import commands from '../generated/commands.js';
import { StateError, UnsafeError } from '../state/error.ts';
import { actions } from './actions.ts';
import { Failure, tell } from './failure.ts';
import { checkUri, readCommandLine } from './global-options.ts';
import { beQuiet, OutputError } from './output.ts';
import { readQuickly } from './quick.ts';

/** Runs one command; `args` are those behind the program's name. The exit status goes to `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  await orTold(async () => {
    const { isQuiet, uri, commands } = readCommandLine(args);
    if (isQuiet) beQuiet();
    for (const command of commands) {
      process.exitCode = 0; // virsh ends as the last one does
      await orTold(async () => {
        checkUri(uri, command[0]);
        await run(command);
      });
    }
  });
}

async function orTold(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const failure = failureOf(cause);
    if (failure === undefined) throw cause;
    tell(failure.diagnostics, failure.sources);
    process.exitCode = 1;
  }
}

async function run(args: readonly string[]): Promise<void> {
  const [name = '', ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const call = command === undefined ? undefined : readQuickly(command, rest);
  if (call === undefined || !Object.hasOwn(actions, name)) {
    const { commandTree } = await import('./tree.ts');
    await commandTree(name).parseAsync(args, { from: 'user' });
    return;
  }
  const action = actions[name as keyof typeof actions] as (
    ...given: readonly unknown[]
  ) => Promise<void>;
  await action(...call.operands, call.options);
}

function failureOf(cause: unknown): Failure | undefined {
  if (cause instanceof OutputError)
    return new Failure([fileUnwritable('standard output', cause.code, cause.done)]);
  if (cause instanceof StateError) return new Failure([fileUnreadable(cause.path, cause.code)]);
  if (cause instanceof UnsafeError) return new Failure([stateUnsafe(cause.path, cause.what)]);
  return cause instanceof Failure ? cause : undefined;
}
