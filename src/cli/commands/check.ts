import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { count, renderAll } from '../../diagnostics/render.ts';
import { print, printError } from '../output.ts';
import { type PassOptions, showPasses } from '../passes.ts';
import { diagnose } from '../planning.ts';
import { version } from '../version.ts';

interface Options extends PassOptions {
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly strict?: boolean;
}

/** Status 1 if there is an error; with `--strict` if there is anything. */
export async function check(file: string, options: Options): Promise<void> {
  if (await showPasses(file, options)) return;
  const { diagnostics, sources } = await diagnose(file, options);
  if (options.sarif || options.json) {
    const { toJson, toSarif } = await import('../../diagnostics/machine.ts');
    const text = options.sarif
      ? toSarif(diagnostics, sources, version)
      : toJson(diagnostics, sources);
    print(text);
  } else if (diagnostics.length > 0) {
    printError(`${renderAll(diagnostics, sources)}${count(diagnostics)}\n`);
  }
  const failed = options.strict ? diagnostics.length > 0 : hasErrors(diagnostics);
  if (failed) process.exitCode = 1;
}
