import { describe, expect, test } from 'vitest';
import { makePair, signerOf } from '../../../src/seal/keys.js';
import { fromTagged, makePack, openPack, PackError, type PackKey, toTagged } from '../../../src/seal/pack.js';
import { packMember, readArchive, writeArchive, type PackedMember } from '../../../src/seal/zip.js';

function newKey(): PackKey {
  const { privatePem, publicPem } = makePair();
  const signer = signerOf(privatePem);
  if (!signer) throw new Error('a new key is none');
  return { signer, publicPem };
}

const members = [
  { name: 'b.jsonl', content: Buffer.from('{"row":1}\n'.repeat(100)) },
  { name: 'a.txt', content: Buffer.from('hello') },
];
const key = newKey();
const opened = (bytes: Uint8Array, expected: string | null = null) => openPack(bytes, expected);
/** The pack with its files taken apart and put together again. */
const rebuilt = (change: (files: PackedMember[]) => PackedMember[]): Buffer =>
  writeArchive(change(readArchive(makePack(members, key))));

describe('a pack', () => {
  test('comes back as it was, and is the same each time it is made', () => {
    const pack = makePack(members, key);
    expect(makePack([...members].reverse(), key).equals(pack)).toBe(true);
    const { members: read, signedBy, bytes } = opened(pack, key.publicPem);
    expect([...read]).toEqual([
      ['a.txt', Buffer.from('hello')],
      ['b.jsonl', members[0]?.content],
    ]);
    expect(signedBy).toBe(key.signer.id);
    expect(bytes).toBe(pack.length);
  });

  test('says by which time zone data it was made, where that is known', () => {
    expect(opened(makePack(members, key)).zoneData).toBeNull();
    expect(opened(makePack(members, key, '2026c'), key.publicPem).zoneData).toBe('2026c');
  });

  test('without a key is not signed, and no key is content with it', () => {
    const pack = makePack(members, null);
    expect(opened(pack).signedBy).toBeNull();
    expect(() => opened(pack, key.publicPem)).toThrow('it is not signed, and has to be signed');
  });

  test('signed by another key is found when a key is given', () => {
    const pack = makePack(members, newKey());
    expect(opened(pack).signedBy).not.toBe(key.signer.id);
    expect(() => opened(pack, key.publicPem)).toThrow(
      /it is signed by the key [0-9a-f]{32}, not by [0-9a-f]{32}/,
    );
    expect(() => opened(pack, 'no key')).toThrow('the key that was given is no public Ed25519 key');
  });

  test.each([
    ['signed', key],
    ['not signed', null],
  ])('%s: a change of any one bit is found', (_name, by) => {
    const pack = makePack(members, by);
    for (let at = 0; at < pack.length; at += 1) {
      const changed = Buffer.from(pack);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(() => opened(changed), `byte ${at}`).toThrow(PackError);
    }
    for (let length = 0; length < pack.length; length += 7)
      expect(() => opened(pack.subarray(0, length)), `${length} bytes`).toThrow(PackError);
  });

  test.each<[string, (files: PackedMember[]) => PackedMember[], string]>([
    ['one taken out', (files) => files.slice(0, -1), 'b.jsonl is missing'],
    [
      'one added',
      (files) => [...files, packMember({ name: 'c', content: Buffer.from('c') })],
      'c is not where the manifest has it: nothing is to be there',
    ],
    [
      'two exchanged',
      ([m, s, a, b]) => [m, s, b, a].flatMap((one) => one ?? []),
      'b.jsonl is not where the manifest has it',
    ],
    [
      'one replaced',
      (files) => [
        ...files.slice(0, -1),
        packMember({ name: 'b.jsonl', content: Buffer.from('{"row":2}\n'.repeat(100)) }),
      ],
      'b.jsonl was changed: its hash is not that of the manifest',
    ],
    [
      'one packed in another way',
      (files) => [
        ...files.slice(0, -1),
        { ...files.at(-1), packed: members[0]?.content, deflated: false } as PackedMember,
      ],
      'b.jsonl was changed',
    ],
    ['no signature', ([m, , ...rest]) => [m, ...rest].flatMap((one) => one ?? []), 'is no evidence pack'],
    ['nothing in it', (files) => files.slice(0, 2), 'a.txt is missing'],
  ])('with %s', (_name, change, said) => {
    expect(() => opened(rebuilt(change))).toThrow(said);
    expect(() => opened(rebuilt(change))).toThrow(PackError);
  });

  test('whose manifest was made anew is told by the signature', () => {
    const other = readArchive(makePack([{ name: 'a.txt', content: Buffer.from('other') }], null));
    const [, signature] = readArchive(makePack(members, key));
    const mixed = writeArchive([other[0], signature, other[2]].flatMap((one) => one ?? []));
    expect(() => opened(mixed)).toThrow('manifest.json was changed: its hash is another');
  });

  test('is no pack when it is something else', () => {
    expect(() => opened(Buffer.from('hello'))).toThrow('this is no archive');
    const plain = writeArchive([packMember({ name: 'x', content: Buffer.from('x') })]);
    expect(() => opened(plain)).toThrow('the archive is no evidence pack');
  });
});

test('values of the domain come back from their text', () => {
  const value = {
    minor: 12_345_678_901_234_567_890n,
    rate: { n: 9n, d: 100n },
    classes: new Map([['single', { lines: [1, null, 'x'], at: -1.5 }]]),
    none: undefined,
  };
  const text = toTagged(value);
  expect(fromTagged(text)).toEqual({ minor: value.minor, rate: value.rate, classes: value.classes });
  expect(toTagged(fromTagged(text))).toBe(text);
});
