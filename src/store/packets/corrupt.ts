/** Stored packets that can't be read back: cut off, altered, or written by a newer version. */
export class PacketsCorrupt extends Error {
  override readonly name = 'PacketsCorrupt';
}
