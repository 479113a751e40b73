import { expect, test } from 'vitest';
import { kindNames } from '../../probes/kinds.js';
import { driverNames } from '../../src/config/drivers.js';

test('every probe kind can be named in a config', () => {
  expect(kindNames.filter((name) => !(driverNames as readonly string[]).includes(name))).toEqual([]);
});
