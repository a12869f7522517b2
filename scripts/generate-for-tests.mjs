// What vitest runs first, so that tests need no build.
export { generate as default } from './generate.mjs';
