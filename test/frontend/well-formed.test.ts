import { expect, test } from 'vitest';
import { parseXml } from '../../src/frontend/xml/parse.ts';
import { libxml2Accepts } from './libxml2.ts';
import { cases } from './well-formed.cases.ts';

test.each(cases)('%s', (_, document, verdict) => {
  const { root, diagnostics } = parseXml('domain.xml', document);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect({ ours: root !== undefined, libxml2: libxml2Accepts(document) }).toEqual({
    ours: verdict === 'accepted',
    libxml2: verdict !== 'rejected',
  });
  expect(errors.length).toBe(verdict === 'accepted' ? 0 : 1);
  if (verdict === 'refused') expect(errors[0]?.code).not.toBe('xml/not-well-formed');
});
