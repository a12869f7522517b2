import type { QuickCommand } from '../cli/quick.ts';

/** Made of the tree of commands by scripts/generate.mjs. */
declare const commands: Readonly<Record<string, QuickCommand>>;
export default commands;
