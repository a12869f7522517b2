import { valueInvalid } from '../diagnostics/catalog/cli.ts';
import { Failure } from './failure.ts';

/** A number of lines. @throws Failure */
export function lineCountIn(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Failure([valueInvalid(text, 'a number of lines')]);
  return Number(text);
}
