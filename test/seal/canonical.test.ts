import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf, sha256 } from '../../src/seal/canonical.js';

describe('the one spelling', () => {
  test('orders keys and has no spaces', () => {
    expect(canonicalJson({ b: [1, 'é\n', null], a: { d: true, c: -3 }, ä: '' })).toBe(
      '{"a":{"c":-3,"d":true},"b":[1,"é\\n",null],"ä":""}',
    );
  });

  test('is the same for the same data, and reads back as it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean())), (data) => {
        const turned = Object.fromEntries(Object.entries(data).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(data));
        expect(JSON.parse(canonicalJson(data))).toEqual({ ...data });
      }),
    );
  });

  test.each([1.5, NaN, Infinity, 2 ** 53, undefined, () => 1])('is none for %s', (value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });

  test('is what is hashed', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(digestOf({ b: 1, a: 2 })).toBe(sha256('{"a":2,"b":1}'));
  });
});
