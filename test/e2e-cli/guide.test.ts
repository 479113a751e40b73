import { chmodSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isGuideTopic, guideHtml, guideTopics } from '../../src/render/guide.js';
import { withLab } from '../lab/lab.js';
import { popSla } from '../support/pop-sla.js';
import { builtMain, requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

const folder = join(root, 'src', 'guide');
const languages = ['en', 'zh-CN'];
const pages = languages.flatMap((language) =>
  readdirSync(join(folder, language)).map((file) => ({ language, topic: file.replace(/\.md$/, '') })),
);
const markdownOf = ({ language, topic }: (typeof pages)[number]) =>
  readFileSync(join(folder, language, `${topic}.md`), 'utf8');

interface Step {
  readonly command: string;
  /** What it prints; `…` is anything: a whole line of it any lines. */
  readonly printed: string;
}

/** The steps of the blocks that are marked by `sh run`: a line that begins with `$ ` is a command. */
function stepsOf(markdown: string): Step[] {
  const blocks = [...markdown.matchAll(/^```sh run\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) => {
    expect(block, 'a block that is run begins with a command').toMatch(/^\$ /);
    return block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = '', ...lines] = step.split('\n');
        return { command, printed: lines.join('\n') };
      });
  });
}

const pattern = (printed: string): RegExp => {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const lines = printed
    .split(/(?<=\n)/)
    .map((line) => (line === '…\n' ? '(?:.*\\n)*' : line.split('…').map(escaped).join('.*')));
  return new RegExp(`^${lines.join('')}$`);
};

test('every topic is there in English, in the order in which it is listed', () => {
  const there = pages.filter(({ language }) => language === 'en').map(({ topic }) => topic);
  expect(there.sort()).toEqual(Object.keys(guideTopics).sort());
  expect(pages.filter(({ topic }) => !isGuideTopic(topic))).toEqual([]);
});

test.each(pages)('$language/$topic links only to what is there', (page) => {
  const html = guideHtml(markdownOf(page));
  const anchors = (text: string) => [...text.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  for (const [, href = ''] of html.matchAll(/<a href="([^"]+)"/g)) {
    if (/^https?:/.test(href)) continue;
    const [, topic, anchor] = /^\/guide\/(\w+)(?:#(.+))?$/.exec(href) ?? [];
    expect(topic, href).toBeDefined();
    if (anchor !== undefined)
      expect(anchors(guideHtml(markdownOf({ ...page, topic: topic ?? '' }))), href).toContain(
        decodeURI(anchor),
      );
  }
});

test('the README fits on three screens, and its links and pictures are there', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme.split('\n').length).toBeLessThanOrEqual(180);
  for (const [, target = ''] of readme.matchAll(/\]\(([^)]+)\)/g))
    expect(() => readdirSync(join(root, target, '..')), target).not.toThrow();
});

describe('the commands of the guide', () => {
  requires({ namespaces: true, built: true });

  test.each(pages.filter((page) => stepsOf(markdownOf(page)).length > 0))(
    'of $language/$topic print what it says',
    { timeout: 300_000 },
    async (page) => {
      await withLab(async (lab) => {
        const own = tempDir();
        for (const name of ['config', 'test']) symlinkSync(join(root, name), join(own, name));
        const bin = join(own, 'pop-sla');
        writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${builtMain}" "$@"\n`);
        chmodSync(bin, 0o755);
        const namespace = lab.namespace('guide');
        const exported: string[] = [];
        for (const { command, printed } of stepsOf(markdownOf(page))) {
          if (command.startsWith('export ')) {
            exported.push(command);
            continue;
          }
          const line = [`PATH="${own}:$PATH"`, ...exported, command].join('; ');
          const done = await namespace.run(['sh', '-c', `cd "${own}"; ${line}`], { timeoutMs: 200_000 });
          expect(done.code, `${command}: ${done.stderr}`).toBe(0);
          expect(done.stdout, command).toMatch(pattern(printed));
        }
      });
    },
  );
});

describe('pop-sla guide', () => {
  requires({ built: true });

  test('lists the topics, shows each, and refuses others', async () => {
    const listed = await popSla(['guide']);
    expect(listed.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      ...Object.keys(guideTopics),
      '',
    ]);
    for (const topic of Object.keys(guideTopics)) {
      const shown = await popSla(['guide', topic]);
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      expect(shown.stdout.length).toBeGreaterThan(300);
      expect(shown.stdout).not.toMatch(/```|\*\*|\]\(\w+\.md/);
    }
    expect(await popSla(['guide', 'nothing'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        'the guide has no topic "nothing"; allowed: operate, mesh, noc',
      ) as string,
    });
  });
});
