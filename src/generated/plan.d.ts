import type { Validator } from '../json/validator.ts';

/** Made of plans/plan.schema.json by scripts/generate.mjs. */
declare const validate: Validator;
export default validate;
