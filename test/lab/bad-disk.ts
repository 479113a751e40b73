import { constants } from 'node:os';
import { baddisk, compile } from './compile.js';
import { writeMapped } from './mapped-file.js';

export type DiskFault = 'EROFS' | 'EIO' | 'ENOSPC';

/** A disk whose writes can be refused, for the programs that are started with `env`. */
export interface BadDisk {
  readonly env: {
    readonly LD_PRELOAD: string;
    readonly BADDISK_FILE: string;
    readonly BADDISK_UNDER: string;
  };
  /** From this instant on every write below the folder fails so; null: none does. */
  setFault(fault: DiskFault | null): void;
}

/** Makes a disk that is sound until it is told otherwise; `file`, elsewhere than `folder`, is where the switch stands. */
export function createBadDisk(folder: string, file: string): BadDisk {
  const setFault = (fault: DiskFault | null): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(fault === null ? 0 : constants.errno[fault]);
    writeMapped(file, bytes);
  };
  setFault(null);
  return { env: { LD_PRELOAD: compile(baddisk), BADDISK_FILE: file, BADDISK_UNDER: `${folder}/` }, setFault };
}
