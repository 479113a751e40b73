import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFiles } from '../../../src/cli/doctor/files.js';
import { tempDir } from '../../support/temp-dir.js';

test('a secret that everybody may read is named, and how to keep it, whatever it is called', async () => {
  const folder = join(tempDir(), "the hub's");
  mkdirSync(folder);
  const file = join(folder, 'password');
  writeFileSync(file, 'secret');
  const config = {
    http: { tls: null, auth: { oidc: null } },
    mesh: null,
    store: { postgres: { url: 'postgres://x/y', passwordFile: file } },
  } as never;
  chmodSync(file, 0o644);
  expect(await checkFiles(config)).toMatchObject({
    status: 'note',
    detail: `everybody on this machine may read store.passwordFile ${file}`,
    remedy: `chmod o-r '${file.replace("'", "'\\''")}'`,
  });
  chmodSync(file, 0o640);
  expect(await checkFiles(config)).toMatchObject({ status: 'ok' });
});
