import validate from '../generated/facts.js';
import { type ReadJson, readJson } from '../json/read.ts';
import type { HostFacts } from './facts.ts';

/** Reads what `lxplain facts` printed, perhaps on another machine. */
export const readFacts = (file: string, text: string): ReadJson<HostFacts> =>
  readJson(file, text, validate, 'the facts of a machine');
