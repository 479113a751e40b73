import { describe, expect, test } from 'vitest';
import { kindNames, openDriver } from '../../../probes/kinds.js';
import { withLab } from '../../lab/lab.js';
import { builtKinds } from '../../probes/support/built-kinds.js';
import { measureIn } from '../../probes/support/measure-in.js';
import { silentLog } from '../../probes/support/rounds.js';
import { whatIsMissing } from '../../support/requires.js';
import { realClock } from './real-clock.js';
import { conformance } from './suite.js';

const options = { log: silentLog, simulated: null, clock: realClock };

/** The addresses swallow what is sent to them; the rest of loopback answers. */
const swallow = (addresses: readonly string[]): string =>
  `table inet silent {
     chain in {
       type filter hook input priority 0;
       ip daddr { ${addresses.join(', ')} } drop
     }
   }`;

for (const kind of kindNames) {
  const open = () =>
    builtKinds
      ? builtKinds.openDriver(kind, options)
      : Promise.reject(new Error('needs the build: npm run build'));
  conformance({
    kind,
    open,
    echoes: kind !== 'fping',
    silentMissing:
      kind === 'simulated'
        ? null
        : whatIsMissing({ namespaces: true, netPing: kind === 'net-ping', commands: ['nft'] }),
    silent: async (rounds) => {
      if (kind !== 'simulated')
        return withLab((lab) => {
          const namespace = lab.namespace();
          namespace.must(['nft', '-f', '-'], swallow(rounds.map((round) => round.address)));
          return measureIn(namespace, kind, rounds);
        });
      const rule = { address: null, from: null, to: null, down: true };
      const driver = await openDriver(kind, { ...options, simulated: { seed: 1, rules: [rule] } });
      const signal = new AbortController().signal;
      return Promise.all(rounds.map((round) => driver.measure({ ...round, signal })));
    },
  });
}

describe('the registry', () => {
  test('has the kinds that are always there', () => {
    expect(kindNames).toEqual(expect.arrayContaining(['net-ping', 'simulated']));
  });

  test.each(['icmp', '', 'toString', '__proto__'])(
    'knows no kind "%s", and says which it knows',
    async (name) => {
      await expect(openDriver(name, options)).rejects.toMatchObject({
        name: 'ProbeUnavailable',
        message: `there is no probe kind "${name}"`,
        remedy: `choose one of: ${kindNames.join(', ')}`,
        permission: false,
      });
    },
  );
});
