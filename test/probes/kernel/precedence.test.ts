import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { requires } from '../../support/requires.js';
import { root } from '../../support/source-files.js';
import { takePrecedence } from '../../../probes/kernel/precedence.js';
import type { Libc } from '../../../probes/kernel/libc.js';

function libcThat(answers: number): { libc: Libc; calls: number[][] } {
  const calls: number[][] = [];
  const syscall = (number: number, pid: number, policy: number, priority: Buffer): number => {
    calls.push([number, pid, policy, priority.readInt32LE()]);
    return answers;
  };
  return { libc: { syscall } as unknown as Libc, calls };
}

/** SCHED_RR with SCHED_RESET_ON_FORK. */
const policy = 0x4000_0002;

test.each([
  ['x64', 144],
  ['arm64', 119],
])('on %s the least real-time priority is asked for by the call’s number', (arch, number) => {
  const { libc, calls } = libcThat(0);
  expect(takePrecedence(libc, arch)).toBe('real-time');
  expect(calls).toEqual([[number, 0, policy, 1]]);
});

describe('where that is refused, or the number is not known,', () => {
  requires({ built: true });

  test('the rest is left to the niceness', () => {
    // In a program of its own: a niceness that was raised can't be given back by everyone.
    const script = `
    const { takePrecedence } = await import('./dist/probes/kernel/precedence.js');
    const { getPriority } = await import('node:os');
    const how = takePrecedence({ syscall: () => -1 }, process.argv[1]);
    console.log(JSON.stringify({ how, niceness: getPriority() }));`;
    for (const arch of ['x64', 'sparc']) {
      const argv = ['--input-type=module', '-e', script, arch];
      const done = spawnSync(process.execPath, argv, { encoding: 'utf8', cwd: root });
      const { how, niceness } = JSON.parse(done.stdout) as { how: string; niceness: number };
      expect(['raised', 'ordinary']).toContain(how);
      expect(niceness === -10).toBe(how === 'raised');
    }
  });
});
