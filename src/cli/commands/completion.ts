import { explanations } from '../../diagnostics/explanations.ts';
import { pipeline } from '../../passes/pipeline.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { completionModel } from '../completion/model.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { print } from '../output.ts';
import { commandTree } from '../tree.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** The script that tells a shell how to complete the commands of the tree. */
export function completion(shell: keyof typeof scripts): void {
  const models = completionModel(commandTree(), {
    passes: pipeline.map(({ name }) => name),
    codes: [...explanations.keys()],
  });
  print(scripts[shell](models));
}
