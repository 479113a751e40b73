import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that goes when the test that asked for it ends. Others may enter it: tests run programs as another user. */
export function tempDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-test-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
