import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly licenses?: readonly object[];
  }[];
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version: string; dev?: boolean }>;
};
const nameOf = (path: string) => path.replace(/^.*node_modules\//, '');
/** What an installation on this machine runs with, and the faces in the build. */
const shipped = Object.entries(packages).filter(
  ([path, { dev }]) =>
    path.includes('/@expo-google-fonts/') ||
    (path !== '' && dev !== true && existsSync(join(root, path, 'package.json'))),
);

test('the bill of materials and the licences have each package that is shipped', () => {
  const out = tempDir();
  const done = spawnSync(process.execPath, [join(root, '.node', 'shipped.mjs'), out], { encoding: 'utf8' });
  expect(done).toMatchObject({ status: 0, stderr: '' });
  const bill = JSON.parse(readFileSync(join(out, 'sbom.cdx.json'), 'utf8')) as Bill;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(bill).toMatchObject({
    bomFormat: 'CycloneDX',
    metadata: { component: { name: 'pop-sla', version } },
  });
  expect(new Set(bill.components.map((each) => `${each.name} ${each.version}`))).toEqual(
    new Set(shipped.map(([path, of]) => `${nameOf(path)} ${of.version}`)),
  );
  expect(bill.components.filter(({ licenses }) => (licenses ?? []).length === 0)).toEqual([]);

  const sections = readFileSync(join(out, 'THIRD-PARTY.txt'), 'utf8').split(/^-{100}$/m);
  const texts = sections.slice(1).map((section) => section.trim().split(/\n\n/));
  expect(texts.map(([title = '']) => title.split(' ')[0]).sort()).toEqual(
    shipped.map(([path]) => nameOf(path)).sort(),
  );
  for (const [title = '', ...text] of texts) {
    expect(title).toMatch(/^\S+ \d\S* \([^)]+\)(, in \S+)?$/);
    expect(text.join(''), title).toMatch(/permission|licen[cs]e/i);
  }
  const unsaid = texts.filter(([, text = '']) => text.startsWith('Its package has no text'));
  expect(unsaid.length).toBeLessThanOrEqual(2);
});
