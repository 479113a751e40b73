import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../support/source-files.js';

const rounds = 100_000;

/** About 24 MB: rounds on many paths, one service. */
function* largeCase(): Generator<string> {
  yield '{"plan":"ctg-cloud-connection","month":"2026-10","lines":[],"services":[],"rounds":[';
  const first = Date.parse('2026-09-30T16:00:00Z');
  for (let n = 0; n < rounds; n += 1) {
    const slot = new Date(first + (n % 1488) * 1_800_000).toISOString();
    const sizes = [64, 128, 512].map((bytes) => `{"bytes":${bytes},"sent":100,"received":100,"rttSumUs":${3_500_000 + (n % 7)}}`);
    yield `${n === 0 ? '' : ','}{"path":"P${(n - (n % 1488)) / 1488}>Q","slot":"${slot}","sizes":[${sizes.join(',')}]}\n`;
  }
  yield ']}';
}

test('a large case is judged in a heap of ten times its size', { timeout: 120_000 }, async () => {
  const child = spawn(process.execPath, ['--max-old-space-size=256', join(root, 'dist/src/main.js'), 'evaluate', '-']);
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  const ended = once(child, 'close');
  for (const part of largeCase()) {
    if (!child.stdin.write(part)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  expect(await ended).toEqual([0, null]);
  const { paths } = JSON.parse(Buffer.concat(out).toString()) as { paths: { roundsHeld: number }[] };
  expect(paths.reduce((sum, path) => sum + path.roundsHeld, 0)).toBe(rounds);
});
