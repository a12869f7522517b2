import { planUnsound, planUnsoundMore } from '../diagnostics/catalog/plan.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import validate from '../generated/plan.js';
import { locateElements } from '../json/locate.ts';
import { readJson } from '../json/read.ts';
import type { Plan } from './plan.ts';
import { verifyPlan } from './verify.ts';

/** A plan that has its shape and keeps its rules, or what is wrong with it. */
export interface ReadPlan {
  readonly plan?: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

/** So many broken rules are shown one by one. */
const SHOWN = 20;

/** Reads what `writePlan` wrote, or a person. Nothing in the text is trusted. */
export function readPlan(file: string, text: string): ReadPlan {
  const { value: plan, diagnostics } = readJson<Plan>(file, text, validate, 'a plan');
  if (plan === undefined) return { diagnostics };
  const violations = verifyPlan(plan);
  if (violations.length === 0) return { plan, diagnostics: [] };
  const told = violations.slice(0, SHOWN);
  const last = Math.max(...told.map(({ step }) => step));
  const places = locateElements(file, text, '/steps', last);
  const shown = told.map(({ step, problem }) => planUnsound(step, problem, places[step - 1]));
  const more = violations.length - shown.length;
  return { diagnostics: more === 0 ? shown : [...shown, planUnsoundMore(more)] };
}
