import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSigningKey } from '../../../src/cli/doctor/files.js';
import { keyFolder } from '../../../src/seal/keys.js';
import { tempDir } from '../../support/temp-dir.js';

test('doctor says that statements can’t be sealed without a key, and how to make one', async () => {
  const folder = join(tempDir(), 'keys');
  const config = { keys: { folder } };
  expect(await checkSigningKey(config)).toMatchObject({
    name: 'signing key',
    status: 'note',
    detail: expect.stringContaining("statements can't be sealed: there is no key in") as string,
    remedy: 'pop-sla keys make',
  });
  await keyFolder(folder).make();
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.key'));
  expect(await checkSigningKey(config)).toMatchObject({
    status: 'ok',
    detail: `${file.replace('.key', '')}, in ${folder}`,
    remedy: null,
  });
  chmodSync(join(folder, file), 0o644);
  expect(await checkSigningKey(config)).toMatchObject({
    status: 'note',
    detail: expect.stringContaining('has the mode 0644') as string,
    remedy: `chmod 600 ${join(folder, file)}`,
  });
});
