import type { Command } from 'commander';

/** Adds a command to the program. */
export type Define = (program: Command) => void;

/** A command on one domain. */
export const named = (program: Command, name: string, text: string) =>
  program.command(`${name} <domain>`).description(text);

/** With figures that a program can read. */
export const json = (command: Command) => command.option('--json', 'print it as JSON');
