import type { Config } from './config.js';

/** What was found where an earlier version has put it, and what to do about it; a line each. */
export function placeNotes({ file, store, keys }: Pick<Config, 'file' | 'store' | 'keys'>): string[] {
  const note = (key: string, at: string, placeNow: string | undefined): string[] =>
    placeNow === undefined
      ? []
      : [
          `${key}: relative paths start at the folder of ${file}, which gives ${placeNow}; as that isn't there, ` +
            `${at} is used, found from the working directory. Write that path into the file, or move it there`,
        ];
  return [
    ...note('store.path', store.path, store.placeNow),
    ...note('keys.folder', keys.folder, keys.placeNow),
  ];
}
