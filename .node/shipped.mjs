// What is shipped besides our own code: a bill of materials (CycloneDX) and the licences, of what an installation has to
// run and of the faces that the build has put beside the code.
//   node .node/shipped.mjs                  prints the bill of materials of this checkout: `npm run sbom`
//   node .node/shipped.mjs OUT [FOLDER [NODE]]   writes sbom.cdx.json and THIRD-PARTY.txt into OUT, of the installation in
//                                           FOLDER (this checkout), and with that Node.js where the package brings one
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build-state.mjs';
import { licenceFiles, licenceInReadme } from './prune.mjs';

const [out, folder = root, nodeFolder] = process.argv.slice(2);
const json = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));
const { packages } = json(root, 'package-lock.json');
const { name, version } = json(root, 'package.json');

/** Packages whose files the build copies into `dist`: the typefaces. */
const copied = Object.entries(packages)
  .filter(([path]) => path.startsWith('node_modules/@expo-google-fonts/'))
  .map(([path, { version: of }]) => ({
    name: path.replace('node_modules/', ''),
    version: of,
    licence: 'MIT AND OFL-1.1',
  }));
const runtime = nodeFolder === undefined ? [] : [json(nodeFolder, 'package.json')];

/** Where each package lies that is there to run: an installation leaves out what is for other systems. */
const installed = Object.keys(packages).filter(
  (path) =>
    path.startsWith('node_modules/') && !packages[path].dev && existsSync(join(folder, path, 'package.json')),
);

/** A licence that only its text names. */
const licenceOf = (text) =>
  text.includes('Permission is hereby granted, free of charge') ? 'MIT' : undefined;

function textOf(path) {
  const files = licenceFiles(path);
  if (files.length > 0)
    return files.map((file) => readFileSync(join(path, file), 'utf8').trim()).join('\n\n');
  return licenceInReadme(path);
}

function billOfMaterials() {
  // By the lock file, because npm takes an installation without development packages for a broken one; and of all
  // packages, because with --omit=dev it leaves out what development packages need too.
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const done = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`npm sbom: ${done.stderr}`);
  const bill = JSON.parse(done.stdout);
  // npm takes the folder's name for it.
  bill.metadata.component.name = name;
  const pathOf = new Map(
    installed.map((path) => [`${path.replace(/^.*node_modules\//, '')}@${packages[path].version}`, path]),
  );
  bill.components = bill.components.filter((each) => pathOf.has(`${each.name}@${each.version}`));
  const refs = new Set([
    bill.metadata.component['bom-ref'],
    ...bill.components.map((each) => each['bom-ref']),
  ]);
  bill.dependencies = bill.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  for (const each of bill.components) {
    if (each.licenses !== undefined) continue;
    const id = licenceOf(textOf(join(folder, pathOf.get(`${each.name}@${each.version}`))) ?? '');
    if (id !== undefined) each.licenses = [{ license: { id } }];
  }
  const component = (of, licence, purl, type) => ({
    'bom-ref': `${of.name}@${of.version}`,
    type,
    name: of.name,
    version: of.version,
    scope: 'required',
    purl,
    licenses: [licence],
  });
  bill.components.push(
    ...copied.map((of) =>
      component(
        of,
        { expression: of.licence },
        `pkg:npm/${of.name.replace('@', '%40')}@${of.version}`,
        'library',
      ),
    ),
    ...runtime.map(({ version: of }) =>
      component(
        { name: 'node', version: of },
        { license: { id: 'MIT' } },
        `pkg:generic/node@${of}`,
        'platform',
      ),
    ),
  );
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function thirdParties() {
  const parts = installed.map((path) => {
    const { name: of, version: at, license, author } = json(folder, path, 'package.json');
    const text = textOf(join(folder, path));
    const by = typeof author === 'string' ? author : author?.name;
    const said = `Its package has no text of the licence; it says: ${license}${by === undefined ? '' : `, by ${by}`}.`;
    return `${of} ${at} (${license ?? licenceOf(text ?? '') ?? 'see below'})\n\n${text ?? said}`;
  });
  const fonts = join(root, 'dist', 'src', 'render', 'report', 'pdf', 'fonts');
  const faces = copied.map(({ name: of, version: at, licence }) => {
    const text = readFileSync(join(fonts, `LICENSE.${of.replace(/.*\//, '')}`), 'utf8').trim();
    return `${of} ${at} (${licence}), in dist/src/render/report/pdf/fonts\n\n${text}`;
  });
  const node = runtime.map(({ version: at }) => {
    const text = readFileSync(join(nodeFolder, 'LICENSE'), 'utf8').trim();
    return `Node.js ${at}, in bin\n\n${text}`;
  });
  const line = `\n\n${'-'.repeat(100)}\n\n`;
  return `${[`What ${name} ${version} is shipped with, and under which licences.`, ...node, ...faces, ...parts].join(line)}\n`;
}

if (out === undefined) process.stdout.write(billOfMaterials());
else {
  writeFileSync(join(out, 'sbom.cdx.json'), billOfMaterials());
  writeFileSync(join(out, 'THIRD-PARTY.txt'), thirdParties());
}
