import { expect, test } from 'vitest';
import { runSoak } from '../bench/soak/soak.js';
import { judge, nothingWrong } from '../bench/soak/verdict.js';
import { requires } from '../support/requires.js';

requires({
  namespaces: true,
  tun: true,
  built: true,
  commands: ['gcc', 'nft', 'nats-server'],
});

/** Two hours and a half of `test/bench/soak`, with a fault of every kind that is over soon. */
test(
  'soak-of-faults: every packet, slot and second is accounted for after faults of many kinds',
  { timeout: 300_000 },
  async () => {
    const run = await runSoak({
      seed: 7,
      slots: 5,
      slotMs: 20_000,
      kinds: [
        ...(['stop', 'kill', 'clock-ahead', 'interface-down', 'route-gone', 'nats-lost', 'disk'] as const),
        ...(['cut', 'loss', 'outage'] as const),
      ],
    });
    const { verdict, figures } = await judge(run);
    expect(run.made.length).toBeGreaterThan(3);
    expect(verdict, figures.join('\n')).toEqual(nothingWrong);
  },
);
