import { describe, expect, test } from 'vitest';
import type { RoundResult } from '../../../probes/probe.js';
import { compile, refuse } from '../../lab/compile.js';
import { withLab } from '../../lab/lab.js';
import { requires } from '../../support/requires.js';
import { measureScript } from '../support/measure-in.js';
import { countsOf, roundOf } from '../support/rounds.js';

/** Measures one round in a sandbox that refuses these calls, over a path of 20 ms. */
async function measureWithout(calls: readonly string[], family: 4 | 6) {
  return withLab(async (lab) => {
    const { namespace } = await lab.emulator({ rules: [{ delay_ms: 20 }] });
    const round = roundOf(family === 4 ? '10.77.0.1' : 'fd77::1');
    const argv = [compile(refuse), ...calls, '--', process.execPath, measureScript];
    const done = await namespace.run(argv, { input: JSON.stringify({ kind: 'auto', rounds: [round] }) });
    if (done.code !== 0) throw new Error(done.stderr);
    const [result] = JSON.parse(done.stdout) as RoundResult[];
    if (!result) throw new Error('no round came back');
    return { result, said: done.stderr };
  });
}

describe.each([4, 6] as const)('in a sandbox, over IPv%i', (family) => {
  requires({ namespaces: true, tun: true, netPing: true, commands: ['gcc'], built: true });

  test.each([
    [
      'SO_TIMESTAMPING refused: our own stamps',
      'timestamping',
      'user',
      /setsockopt\(SO_TIMESTAMPING\) is refused: EPERM .*"remedy":"let the sandbox's seccomp filter allow/,
    ],
    [
      'no stamps of what was sent: those of what was received',
      'error-queue',
      'kernel-rx',
      /the kernel gives no stamps of sent packets .*"remedy":"let the sandbox's seccomp filter allow/,
    ],
    [
      'recvmmsg refused: another kind',
      'recvmmsg',
      'user',
      /probing by net-ping, for kernel can't run: recvmmsg: ENOSYS .*"remedy":"run it outside of the sandbox/,
    ],
  ])('%s, and every answer is measured', async (_what, call, stamps, warning) => {
    const { result, said } = await measureWithout([call], family);
    expect(said).toMatch(warning);
    expect(result).toMatchObject({ ended: 'completed', provenance: { stamps, fallbackStamps: 0 } });
    for (const size of countsOf(result)) {
      expect(size).toMatchObject({ received: 10, duplicates: 0, mismatched: 0 });
      expect(size.rttMinUs).toBeGreaterThanOrEqual(20_000);
    }
  });
});
