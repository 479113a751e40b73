import { describe, expect, test } from 'vitest';
import {
  ArchiveError,
  isMemberName,
  packMember,
  readArchive,
  unpackMember,
  writeArchive,
} from '../../../src/seal/zip.js';
import { run } from '../../lab/command.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const files = [
  { name: 'README.txt', content: Buffer.from('short') },
  { name: 'rows/rounds.jsonl', content: Buffer.from('{"a":1}\n'.repeat(500)) },
  { name: 'empty', content: Buffer.alloc(0) },
];
const archive = (): Buffer => writeArchive(files.map(packMember));

describe('an archive', () => {
  test('gives back what was put in, small where that is worth it', () => {
    const members = readArchive(archive());
    expect(members.map(({ name, deflated }) => [name, deflated])).toEqual([
      ['README.txt', false],
      ['rows/rounds.jsonl', true],
      ['empty', false],
    ]);
    expect(members.map((member) => Buffer.from(unpackMember(member)))).toEqual(
      files.map(({ content }) => content),
    );
    expect(archive().equals(archive())).toBe(true);
  });

  test('has no byte that could be another', () => {
    const sound = archive();
    for (let at = 0; at < sound.length; at += 1) {
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(sound);
        changed[at] = (changed[at] ?? 0) ^ bit;
        let found: boolean;
        try {
          const members = readArchive(changed);
          // What is packed may be spoilt still: its hash is the manifest's business.
          found = members.some(
            (member, index) =>
              !Buffer.from(member.packed).equals(
                Buffer.from(packMember(files[index] ?? { name: 'x', content: Buffer.alloc(0) }).packed),
              ),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveError);
          found = true;
        }
        expect(found, `byte ${at}`).toBe(true);
      }
    }
  });

  test('that was cut off anywhere, or has something before or behind it, is none', () => {
    const sound = archive();
    for (let length = 0; length < sound.length; length += 1)
      expect(() => readArchive(sound.subarray(0, length)), `${length} bytes`).toThrow(ArchiveError);
    expect(() => readArchive(Buffer.concat([sound, Buffer.from('x')]))).toThrow(/changed at byte/);
    expect(() => readArchive(Buffer.concat([Buffer.from('x'), sound]))).toThrow('this is no archive');
    expect(() => readArchive(Buffer.concat([sound, sound]))).toThrow(ArchiveError);
  });

  test('with a comment, or a file twice, is none', () => {
    const comment = Buffer.concat([archive(), Buffer.from('hello')]);
    comment.writeUInt16LE(5, comment.length - 7);
    expect(() => readArchive(comment)).toThrow(ArchiveError);
    const [first] = files.map(packMember);
    expect(() => readArchive(writeArchive(first ? [first, first] : []))).toThrow(
      'the archive has README.txt twice',
    );
  });

  test('that holds more than it says is not unpacked further than that', () => {
    const member = packMember({ name: 'bomb', content: Buffer.alloc(50 * 2 ** 20) });
    expect(member.packed.length).toBeLessThan(1_000_000);
    expect(() => unpackMember({ ...member, size: 1_000 })).toThrow("bomb was changed: it can't be unpacked");
    expect(() => unpackMember({ ...member, size: 51 * 2 ** 20 })).toThrow(
      'bomb is not as long as the archive says',
    );
    const claims = Array.from({ length: 3 }, (_, index) => ({
      ...member,
      name: `bomb-${index}`,
      size: 2 ** 29,
    }));
    expect(() => readArchive(writeArchive(claims))).toThrow('the archive claims to hold too much');
  });

  test.each([
    ['a', true],
    ['a/b.json', true],
    ['attachments/00ff', true],
    ['', false],
    ['/etc/passwd', false],
    ['../x', false],
    ['a/../b', false],
    ['a/./b', false],
    ['a//b', false],
    ['a\\b', false],
    ['C:x', false],
    ['a/', false],
    ['x'.repeat(201), false],
  ])('may have a file called %j: %s', (name, may) => {
    expect(isMemberName(name)).toBe(may);
    const member = { ...packMember({ name: 'x', content: Buffer.from('x') }), name };
    if (may) expect(readArchive(writeArchive([member]))).toHaveLength(1);
    else {
      expect(() => packMember({ name, content: Buffer.from('x') })).toThrow(RangeError);
      expect(() => readArchive(writeArchive([member]))).toThrow(ArchiveError);
    }
  });
});

describe('another program', () => {
  requires({ commands: ['python3'] });
  test('reads it', async () => {
    const file = join(tempDir(), 'x.zip');
    writeFileSync(file, archive());
    const { code, stdout } = await run(['python3', '-m', 'zipfile', '-t', file]);
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: 'Done testing' });
  });
});
