import { expect, test } from 'vitest';
import { cachedFiles } from '../../src/http/reports.js';

const file = (name: string, bytes = 10) => ({ name, bytes: Buffer.alloc(bytes) });

test('a file is made once for those who ask for the same, also at the same time', async () => {
  const files = cachedFiles();
  let made = 0;
  const make = () => {
    made += 1;
    return Promise.resolve(file('a'));
  };
  const [first, second] = await Promise.all([files('a', make), files('a', make)]);
  expect(first).toBe(second);
  expect(await files('a', make)).toBe(first);
  expect(made).toBe(1);
  expect((await files('b', () => Promise.resolve(file('b')))).name).toBe('b');
});

test('what failed is tried again', async () => {
  const files = cachedFiles();
  await expect(files('a', () => Promise.reject(new Error('no font')))).rejects.toThrow('no font');
  expect((await files('a', () => Promise.resolve(file('a')))).name).toBe('a');
});

test('a large one is kept for nobody, and the one that was asked for longest ago goes first', async () => {
  const files = cachedFiles();
  const mib = 1024 * 1024;
  const made: string[] = [];
  const ask = (key: string, bytes: number) =>
    files(key, () => {
      made.push(key);
      return Promise.resolve(file(key, bytes));
    });
  await ask('large', 9 * mib);
  await ask('large', 9 * mib);
  for (const key of ['a', 'b', 'c', 'd', 'a', 'e', 'a', 'b']) await ask(key, 8 * mib);
  expect(made).toEqual(['large', 'large', 'a', 'b', 'c', 'd', 'e', 'b']);
});
