// The part of the build that the compiler does not do: what the portal serves goes beside the code that serves it; the
// faces that reports are set in, compressed, beside the code that sets them: a fifth of what their packages take;
// and the query builder becomes one file.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { rolldown } from 'rolldown';
import { traditionalModule } from './traditional.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// The compiler leaves what it wrote for sources that have since been moved or removed: such a file would still be
// imported, by a test of the built program for one.
for (const folder of ['src', 'probes']) {
  const written = join(root, 'dist', folder);
  for (const file of readdirSync(written, { recursive: true })) {
    const source = /^(.*)\.js(?:\.map)?$/.exec(file)?.[1];
    if (source !== undefined && !existsSync(join(root, folder, `${source}.ts`)))
      rmSync(join(written, file), { force: true });
  }
}

const words = join(root, 'dist', 'src', 'i18n');
const simplified = readFileSync(join(words, 'zh-cn.js'), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
writeFileSync(join(words, 'zh-hant.js'), traditionalModule(root, simplified));

const portal = join('src', 'portal');
for (const folder of ['views', 'assets']) {
  rmSync(join(root, 'dist', portal, folder), { recursive: true, force: true });
  cpSync(join(root, portal, folder), join(root, 'dist', portal, folder), { recursive: true });
}

rmSync(join(root, 'dist', 'src', 'guide'), { recursive: true, force: true });
cpSync(join(root, 'src', 'guide'), join(root, 'dist', 'src', 'guide'), { recursive: true });

// What the version is said with: a package has no checkout to ask.
const head = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' });
const commit = join(root, 'dist', 'commit');
if (head.status === 0) writeFileSync(commit, head.stdout);
else rmSync(commit, { force: true });

const compress = promisify(brotliCompress);
const fonts = join(root, 'dist', 'src', 'render', 'report', 'pdf', 'fonts');
mkdirSync(fonts, { recursive: true });
const { faceFiles } = await import('../dist/src/render/report/pdf/fonts.js');
await Promise.all(
  faceFiles().map(async ({ package: name, style, file }) => {
    const packaged = join(root, 'node_modules', '@expo-google-fonts', name);
    const [from, to] = [join(packaged, style, file), join(fonts, `${file}.br`)];
    if (existsSync(to) && statSync(to).mtimeMs >= statSync(from).mtimeMs) return;
    const font = readFileSync(from);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 6,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: font.length,
    };
    writeFileSync(to, await compress(font, { params }));
    cpSync(join(packaged, 'LICENSE_FONT'), join(fonts, `LICENSE.${name}`));
  }),
);

// The query builder comes as 300 modules: to load them takes each process 0.1 s and 20 MB, where one file of the parts
// that are used takes a tenth of that.
const builder = join(root, 'dist', 'src', 'store', 'sql', 'kysely.js');
const bundle = await rolldown({ input: builder, platform: 'node', logLevel: 'warn' });
const { output } = await bundle.generate({ format: 'es', minify: true });
await bundle.close();
const license = readFileSync(join(root, 'node_modules', 'kysely', 'LICENSE'), 'utf8').trim();
writeFileSync(builder, `/* Parts of kysely.\n\n${license}\n*/\n${output[0].code}`);
