import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCaseText } from '../../../src/config/case/values.js';
import { tempDir } from '../../support/temp-dir.js';

// eslint-disable-next-line @typescript-eslint/require-await -- a stream is asynchronous whether it waits or not
async function* stream(...parts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* parts;
}

describe('the text of a case', () => {
  test('is put together from pieces that cut a character', async () => {
    const bytes = Buffer.from('"香港😀"');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const text = await readCaseText(stream(bytes.subarray(0, cut), bytes.subarray(cut)));
      expect(text).toEqual({ text: '"香港😀"' });
    }
  });

  test.each([
    ['in the middle', Buffer.from([0x22, 0xff, 0x22])],
    ['cut at the end', Buffer.from('香').subarray(0, 2)],
  ])('is UTF-8: not with bytes that are not, %s', async (_where, bytes) => {
    expect(await readCaseText(stream(bytes))).toEqual({ fault: 'is not UTF-8' });
  });

  test('comes from a file', async () => {
    const folder = tempDir();
    const file = join(folder, 'case.json');
    await writeFile(file, '{}');
    expect(await readCaseText(file)).toEqual({ text: '{}' });
    expect(await readCaseText(folder)).toEqual({ fault: "can't be read: it is a folder" });
    expect(await readCaseText(join(folder, 'none'))).toEqual({ fault: 'there is no such file' });
  });

  test('has an end', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x20);
    const endless = stream(...Array.from({ length: 257 }, () => megabyte));
    expect(await readCaseText(endless)).toEqual({ fault: 'is too long: a case has at most 268435456 bytes' });
  });
});
