import { expect, test } from 'vitest';
import type { Principal } from '../../../src/core/access/rules.js';
import { createUploads } from '../../../src/http/tickets/writes.js';

const who = (customer: string | null, reach: 'all' | 'own' = 'own') => ({
  reach,
  principal: { id: 'x', name: 'x', roles: [], customer, scopes: null, via: 'token' } satisfies Principal,
});

test('a customer has so many bytes kept in an hour, with the evidence of its reports', () => {
  const clock = { now: 1_000 };
  const uploads = createUploads(() => clock.now, 100);
  uploads.count(who('bank'), 60);
  uploads.count(who('bank'), 40);
  expect(() => {
    uploads.count(who('bank'), 1);
  }).toThrow('more than 100 bytes of files and evidence in an hour; allowed: more after a while');
  uploads.count(who('bank'), 0);
  uploads.note(who('bank'), 1);
  clock.now += 600_000;
  expect(() => {
    uploads.count(who('bank'), 0);
  }).toThrow(expect.objectContaining({ statusCode: 429, waitMs: 3_000_000 }));
  // Neither another's nor the house's.
  uploads.count(who('shop'), 100);
  uploads.count(who(null, 'all'), 1_000);
  clock.now += 3_000_000;
  uploads.count(who('bank'), 100);
});
