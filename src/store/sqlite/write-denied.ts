import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whether the file, or the nearest folder above it that exists, may not be written: SQLite only says "can't open". */
export function isWriteDenied(file: string): boolean {
  let folder = dirname(file);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return isDenied(folder) || (existsSync(file) && isDenied(file));
}

function isDenied(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    // Not through ENOTDIR and the like: they are faults of another sort.
    return ['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
