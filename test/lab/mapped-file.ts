import { closeSync, constants, openSync, writeSync } from 'node:fs';

/** Writes over the start of a file that others have mapped: in place, never cut. */
export function writeMapped(file: string, bytes: Buffer): void {
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o644);
  writeSync(fd, bytes, 0, bytes.length, 0);
  closeSync(fd);
}
