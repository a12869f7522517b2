import type { Validator } from '../json/validator.ts';

/** Made of plans/seccomp.schema.json by scripts/generate.mjs. */
declare const validate: Validator;
export default validate;
