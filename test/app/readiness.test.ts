import { describe, expect, test } from 'vitest';
import { watchReadiness } from '../../src/app/readiness.js';
import { configOf } from '../config/support.js';

const second = 1_000;

function setUp({ canWatch = true }: { readonly canWatch?: boolean } = {}) {
  let now = 0;
  const readiness = watchReadiness({ monotonicMs: () => now, canWatch });
  const config = configOf(`
agent: HKG
pops: [{ id: HKG, ipv4: 192.0.2.1 }, { id: SIN, ipv4: 192.0.2.2 }]
`);
  const watch = (over: Partial<typeof config.watch> = {}) => {
    const found = readiness.check(now, { ...config, watch: { ...config.watch, ...over } });
    return found.find(({ name }) => name === 'watch')?.reason;
  };
  return { events: readiness.events, watch, pass: (ms: number) => (now += ms) };
}

describe('the daemon is not ready', () => {
  test('when the watch of the ports does not get to run, until it does again', () => {
    const { events, watch, pass } = setUp();
    expect(watch()).toBeNull();
    pass(40 * second);
    expect(watch()).toBeNull();
    pass(second);
    expect(watch()).toBe('the watch of the ports has not run for 41 s');
    events.watchBeat?.(0);
    expect(watch()).toBeNull();
  });

  test('when the watch has ended, with the reason', () => {
    const { events, watch } = setUp();
    events.watchBeat?.(0);
    events.watchEnded?.('Error: gone');
    expect(watch()).toBe('the watch of the ports has ended: Error: gone; a restart brings it back');
  });

  test('when the driver says nothing of its echoes', () => {
    const { events, watch } = setUp();
    events.watchBeat?.(12 * second);
    expect(watch()).toBeNull();
    events.watchBeat?.(13 * second);
    expect(watch()).toBe('the driver has answered no echo of the watch for 13 s');
  });

  test('but is, where no port is to be watched or the probe kind can not', () => {
    const nothing = setUp();
    nothing.pass(100 * second);
    expect(nothing.watch({ ports: [] })).toBeNull();
    const fping = setUp({ canWatch: false });
    fping.pass(100 * second);
    expect(fping.watch()).toBeNull();
  });

  test('a new configuration gets its time', () => {
    const { events, watch, pass } = setUp();
    pass(100 * second);
    events.configLoaded?.(true, 0);
    expect(watch()).toBeNull();
  });
});
