import { expect, test } from 'vitest';
import { memoizeAsync, staleWhileRevalidate } from '../../src/services/cache.js';

function counting() {
  const state = { now: 0, basis: 'a', made: [] as string[], fail: false };
  const get = staleWhileRevalidate({
    make: (key) => {
      state.made.push(key);
      const nth = state.made.length;
      return state.fail ? Promise.reject(new Error('no')) : Promise.resolve(`${key}${nth}`);
    },
    basis: () => Promise.resolve(state.basis),
    now: () => state.now,
    freshMs: 1000,
    most: 2,
  });
  return { state, get };
}

test('an answer is made once for all who ask, as long as it stands on the same', async () => {
  const { state, get } = counting();
  expect(await Promise.all([get('x'), get('x'), get('y')])).toEqual(['x1', 'x1', 'y2']);
  state.basis = 'b';
  expect([await get('x'), await get('x')]).toEqual(['x3', 'x3']);
});

test('an answer that is no longer fresh is given while the next one is made', async () => {
  const { state, get } = counting();
  await get('x');
  state.now = 1001;
  expect(await get('x')).toBe('x1');
  await expect.poll(() => get('x')).toBe('x2');
  expect(state.made).toHaveLength(2);
  state.now = 5000;
  state.fail = true;
  expect([await get('x'), await get('x')]).toEqual(['x2', 'x2']);
});

test('what failed is tried again, and the one that nobody asked for goes first', async () => {
  const { state, get } = counting();
  state.fail = true;
  await expect(get('x')).rejects.toThrow('no');
  state.fail = false;
  expect(await get('x')).toBe('x2');
  await get('y');
  await get('x');
  await get('z');
  state.made.length = 0;
  await get('x');
  await get('y');
  expect(state.made).toEqual(['y']);
});

test('what is made once is made again only where that failed', async () => {
  let times = 0;
  const made = memoizeAsync(() => {
    times += 1;
    return times === 1 ? Promise.reject(new Error('no file handle is left')) : Promise.resolve(times);
  });
  const both = await Promise.allSettled([made(), made()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await Promise.all([made(), made()])).toEqual([2, 2]);
  expect(await made()).toBe(2);
});
