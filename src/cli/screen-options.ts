import { InvalidArgumentError, Option } from 'commander';
import { NARROWEST } from './screen.ts';

export const colorOption = () =>
  new Option('--color <when>', 'colours: on a terminal if NO_COLOR is not set, or as said here')
    .choices(['auto', 'always', 'never'])
    .default('auto');

export const widthOption = () =>
  new Option(
    '--width <columns>',
    'cut lines there; without it, at the width of the terminal, and nothing in a pipe',
  ).argParser(readWidth);

function readWidth(text: string): number {
  const width = Number(text);
  if (Number.isInteger(width) && width >= NARROWEST) return width;
  throw new InvalidArgumentError(`Expected a number of columns, at least ${NARROWEST}.`);
}
