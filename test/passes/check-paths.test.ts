import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { checkPaths } from '../../src/passes/check-paths.ts';

const domainOf = async (more: string, init = '/sbin/init') => {
  const xml = `<domain type='lxc'><name>a</name><memory>65536</memory><os><type>exe</type><init>${init}</init></os>${more}</domain>`;
  const { domain } = await readDomain('domain.xml', xml);
  if (domain === undefined) throw new Error(`no domain: ${xml}`);
  return domain;
};
const filesystem = (source: string, target: string): string =>
  `<devices><filesystem><source dir='${source}'/><target dir='${target}'/></filesystem></devices>`;

const longest = `/${'a/'.repeat(2047)}`;
const tooLong = `${longest}b`;

test.each([
  ['source', filesystem(longest, '/a'), filesystem(tooLong, '/a')],
  ['target', filesystem('/a', longest), filesystem('/a', tooLong)],
  ['target', filesystem('/a', `/${'b'.repeat(255)}`), filesystem('/a', `/${'b'.repeat(256)}`)],
  ['target', filesystem('/a', '/b'), filesystem('/a', `/${'ü'.repeat(2048)}`)],
  [
    'partition',
    `<resource><partition>${longest}</partition></resource>`,
    `<resource><partition>${tooLong}</partition></resource>`,
  ],
])('a path that the kernel takes no more: %s', async (what, good, bad) => {
  expect(checkPaths(await domainOf(good))).toEqual([]);
  const [found, ...more] = checkPaths(await domainOf(bad));
  expect(more).toEqual([]);
  expect(found?.code).toBe('path/too-long');
  expect(found?.message).toMatch(new RegExp(`^the ${what} has a (path|name) of \\d+ bytes`));
});

test('the same of init', async () => {
  expect(checkPaths(await domainOf('', longest))).toEqual([]);
  expect(checkPaths(await domainOf('', tooLong)).map(({ code }) => code)).toEqual([
    'path/too-long',
  ]);
});
