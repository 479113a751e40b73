import { expect, test } from 'vitest';
import { portNow } from '../../../src/core/watch/port.js';

test.each([
  ['majority', [], 'unwatched'],
  ['majority', ['unwatched', 'unobserved'], 'unobserved'],
  ['majority', ['up', 'unobserved', 'unwatched'], 'up'],
  ['majority', ['down', 'unobserved'], 'down'],
  ['majority', ['down', 'up'], 'up'],
  ['majority', ['down', 'up', 'down'], 'down'],
  [1, ['down', 'up', 'up'], 'down'],
  [3, ['down', 'down', 'up'], 'up'],
  [3, ['down', 'down', 'unobserved'], 'down'],
] as const)('by %s of %j a port is %s', (quorum, states, state) => {
  expect(portNow(quorum, states)).toBe(state);
});
