import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const assetFolder = fileURLToPath(new URL('./assets', import.meta.url));
const of = (library: string): string => dirname(createRequire(import.meta.url).resolve(library));

/** Every file that a page may load, by the name in its address. */
const files = {
  'portal.css': () => join(assetFolder, 'portal.css'),
  'staff.css': () => join(assetFolder, 'staff.css'),
  'first.css': () => join(assetFolder, 'first.css'),
  'heat.js': () => join(assetFolder, 'heat.js'),
  'live.js': () => join(assetFolder, 'live.js'),
  'wall.js': () => join(assetFolder, 'wall.js'),
  'land.svg': () => join(assetFolder, 'land.svg'),
  'portal.js': () => join(assetFolder, 'portal.js'),
  'chart.js': () => join(assetFolder, 'chart.js'),
  'icon.svg': () => join(assetFolder, 'icon.svg'),
  'htmx.js': () => join(of('htmx.org'), 'htmx.min.js'),
  'uplot.js': () => join(of('uplot'), 'uPlot.iife.min.js'),
  'uplot.css': () => join(of('uplot'), 'uPlot.min.css'),
} satisfies Record<string, () => string>;

export type AssetName = keyof typeof files;
export type ScriptName = Extract<AssetName, `${string}.js`>;

export interface Assets {
  /** Where a page loads it from: the address changes with its content, so it may be kept for ever. */
  readonly url: (name: AssetName) => string;
  readonly file: (name: string, hash: string) => string | null;
}

/** Reads every file once, for its hash. */
export function loadAssets(): Assets {
  const known = new Map(
    Object.entries(files).map(([name, find]) => {
      const file = find();
      const hash = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
      return [name, { file, hash }];
    }),
  );
  return {
    url: (name) => `/assets/${known.get(name)?.hash ?? ''}/${name}`,
    file: (name, hash) => {
      const found = known.get(name);
      return found?.hash === hash ? found.file : null;
    },
  };
}
