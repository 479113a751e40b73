import { expect, test } from 'vitest';
import { createLines } from '../../../probes/shared/lines.js';

const second = 1e9;

test('a target that stays unanswered for five seconds gets a fresh generation, again and again', () => {
  const lines = createLines();
  const line = lines.of('192.0.2.1', {});
  const used = [0, 2, 4, 6, 8, 10, 12].map((at) => lines.sending(line, 100 * second + at * second));
  expect(used).toEqual([0, 0, 0, 1, 1, 1, 2]);
  lines.answered(line);
  expect(lines.sending(line, 115 * second)).toBe(2);
  expect(lines.sending(line, 118 * second)).toBe(2);
});

test('a round never begins on a socket that has failed for others meanwhile', () => {
  const lines = createLines();
  const [watched, path] = [lines.of('192.0.2.1', {}), lines.of('192.0.2.2', {})];
  expect(lines.sending(path, 100 * second)).toBe(0);
  lines.answered(path);
  for (let at = 101; at < 112; at += 1) lines.sending(watched, at * second);
  expect(lines.sending(watched, 112 * second)).toBe(2);
  expect(lines.sending(path, 120 * second)).toBe(2);
});

test('a target in the middle of a round stays with its socket while that answers', () => {
  const lines = createLines();
  const [watched, path] = [lines.of('192.0.2.1', {}), lines.of('192.0.2.2', {})];
  for (let at = 100; at < 112; at += 1) {
    lines.sending(watched, at * second);
    expect(lines.sending(path, at * second)).toBe(0);
    lines.answered(path);
  }
});
