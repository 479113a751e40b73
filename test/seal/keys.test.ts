import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StatementDocument } from '../../src/core/statement/document.js';
import { keyFolder, publicKeyOf } from '../../src/seal/keys.js';
import { sealDocument, sealFault } from '../../src/seal/statement.js';
import { tempDir } from '../support/temp-dir.js';

const folder = (): string => join(tempDir(), 'keys');
const document = {
  id: '2026-10/single',
  revision: 1,
  total: { credit: '1.00' },
} as unknown as StatementDocument;
const seal = { at: '2026-11-02T00:00:00+08:00', by: 'ann' };

const keysOf = async (at: string) => {
  const list = await keyFolder(at).list();
  return (id: string) => {
    const found = list.find((key) => key.id === id);
    return found ? publicKeyOf(found.pem) : null;
  };
};

describe('a key folder', () => {
  test('makes one key, readable by its owner only, and no second one', async () => {
    const at = folder();
    const id = await keyFolder(at).make();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(statSync(join(at, `${id}.key`)).mode & 0o777).toBe(0o600);
    expect(readdirSync(at).sort()).toEqual([`${id}.key`, `${id}.pub`, 'current'].sort());
    await expect(keyFolder(at).make()).rejects.toThrow(
      `${at} has a key already, ${id}; allowed: pop-sla keys rotate, for another one`,
    );
    expect((await keyFolder(at).signer()).id).toBe(id);
  });

  test('rotates: what the old key signed still verifies, and its private part is gone', async () => {
    const at = folder();
    const first = await keyFolder(at).make();
    const sealed = sealDocument(document, await keyFolder(at).signer(), seal);
    const second = await keyFolder(at).rotate();
    expect(second).not.toBe(first);
    expect(readdirSync(at)).not.toContain(`${first}.key`);
    expect((await keyFolder(at).list()).map(({ id, current }) => [id, current]).sort()).toEqual(
      [
        [first, false],
        [second, true],
      ].sort(),
    );
    const later = sealDocument(document, await keyFolder(at).signer(), seal);
    expect(later.key).toBe(second);
    expect(sealFault(sealed, await keysOf(at))).toBeNull();
    expect(sealFault(later, await keysOf(at))).toBeNull();
  });

  test('refuses a private key that others may read, and says what mends it', async () => {
    const at = folder();
    const id = await keyFolder(at).make();
    const file = join(at, `${id}.key`);
    chmodSync(file, 0o644);
    await expect(keyFolder(at).signer()).rejects.toThrow(
      `${file} has the mode 0644: others may use it; allowed: 0600 (chmod 600 ${file})`,
    );
  });

  test('says what is missing, spoilt or another key', async () => {
    const at = folder();
    await expect(keyFolder(at).signer()).rejects.toThrow(
      `there is no key in ${at}; make one: pop-sla keys make`,
    );
    await expect(keyFolder(at).rotate()).rejects.toThrow('there is no key in');
    const id = await keyFolder(at).make();
    const other = folder();
    const otherId = await keyFolder(other).make();
    const file = join(at, `${id}.key`);
    writeFileSync(file, readFileSync(join(other, `${otherId}.key`)));
    await expect(keyFolder(at).signer()).rejects.toThrow(`${file} holds the key ${otherId}`);
    writeFileSync(file, 'nothing');
    await expect(keyFolder(at).signer()).rejects.toThrow(`${file} is no private Ed25519 key`);
    writeFileSync(join(at, `${id}.pub`), readFileSync(join(other, `${otherId}.pub`)));
    await expect(keyFolder(at).list()).rejects.toThrow('is not the public key that its name says');
  });
});

describe('a sealed statement', () => {
  test.each([
    ['its document', { document: { ...document, total: { credit: '2.00' } } }, 'was changed'],
    ['its hash', { hash: '0'.repeat(64) }, 'was changed'],
    ['when it was sealed', { sealedAt: '2026-11-03T00:00:00+08:00' }, 'has a signature that is not its own'],
    ['who sealed it', { sealedBy: 'bob' }, 'has a signature that is not its own'],
    [
      'its signature',
      { signature: Buffer.alloc(64).toString('base64') },
      'has a signature that is not its own',
    ],
    [
      'its key',
      { key: 'f'.repeat(32) },
      'is signed by the key ffffffffffffffffffffffffffffffff, which is not known',
    ],
  ])('is found out when %s was changed', async (_what, change, fault) => {
    const at = folder();
    await keyFolder(at).make();
    const sealed = sealDocument(document, await keyFolder(at).signer(), seal);
    expect(sealFault(sealed, await keysOf(at))).toBeNull();
    const changed = { ...sealed, ...change } as typeof sealed;
    expect(sealFault(changed, await keysOf(at))).toContain(fault);
  });
});
