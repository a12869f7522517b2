/** Whether all is tested that takes long: `npm run test:long` does, `npm test` takes a sample. */
export const long = process.env.LXPLAIN_LONG !== undefined;
