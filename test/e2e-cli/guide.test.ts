import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isGuideTopic, guideHtml, guideTopics } from '../../src/render/guide.js';
import { type Lab, withLab } from '../lab/lab.js';
import { type Machine, machineNeeds, startMachine } from '../lab/machine.js';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';

const folder = join(root, 'src', 'guide');
const languages = ['en', 'zh-CN'];
const pages = languages.flatMap((language) =>
  readdirSync(join(folder, language)).map((file) => ({ language, topic: file.replace(/\.md$/, '') })),
);
const markdownOf = ({ language, topic }: (typeof pages)[number]) =>
  readFileSync(join(folder, language, `${topic}.md`), 'utf8');

interface Step {
  /** Where it is run: `here`, or a machine of the mesh. */
  readonly on: string;
  readonly command: string;
  /** What it prints; `…` is anything: a whole line of it any lines. */
  readonly printed: string;
}

/** Blocks of commands, each with what follows `sh`: `run`, `run MACHINE` or `not-run: REASON`. */
const blocksOf = (markdown: string): { readonly how: string; readonly text: string }[] =>
  [...markdown.matchAll(/^```sh(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    how: (match[1] ?? '').trim(),
    text: match[2] ?? '',
  }));

/** The steps of the blocks that are run: a line that begins with `$ ` is a command. */
function stepsOf(markdown: string): Step[] {
  return blocksOf(markdown).flatMap(({ how, text }) => {
    const ran = /^run(?: (\w+))?$/.exec(how);
    if (!ran) return [];
    const on = ran[1] ?? 'here';
    expect(text, 'a block that is run begins with a command').toMatch(/^\$ /);
    return text
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        // A line that ends with a backslash goes on in the next.
        const [, command = '', printed = ''] = /^((?:.*\\\n)*.*)\n?([^]*)$/.exec(step) ?? [];
        return { on, command, printed };
      });
  });
}

const pattern = (printed: string): RegExp => {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const lines = printed.split(/(?<=\n)/).map((line) =>
    line === '…\n'
      ? '(?:.*\\n)*'
      : line
          .split('…')
          .map((part) => escaped(part).replaceAll(/ {2,}/g, ' {2,}'))
          .join('.*'),
  );
  return new RegExp(`^${lines.join('')}$`);
};

test.each(languages)('every topic is there in %s', (of) => {
  const there = pages.filter(({ language }) => language === of).map(({ topic }) => topic);
  expect(there.sort()).toEqual(Object.keys(guideTopics).sort());
  expect(there.filter((topic) => !isGuideTopic(topic))).toEqual([]);
});

test.each(Object.keys(guideTopics))('%s has one title, and the same sections in every language', (topic) => {
  const headings = languages.map((language) =>
    [
      ...markdownOf({ language, topic })
        .replaceAll(/^```[^]*?^```$/gm, '')
        .matchAll(/^(#+) /gm),
    ].map((match) => match[1]),
  );
  expect(headings[0]?.filter((level) => level === '#')).toHaveLength(1);
  expect(headings[1]).toEqual(headings[0]);
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

test('every block of commands is run, or says why it is not', () => {
  const notRun: string[] = [];
  for (const page of pages) {
    for (const { how, text } of blocksOf(markdownOf(page))) {
      expect(how, `${page.language}/${page.topic}: ${text}`).toMatch(/^(run( \w+)?|not-run: \S.*)$/);
      if (how.startsWith('not-run'))
        notRun.push(`${page.language}/${page.topic}: ${how.replace(/^not-run: /, '')}: ${text.trim()}`);
    }
  }
  process.stdout.write(`not run:\n${notRun.join('\n')}\n`);
  expect(notRun.length).toBeLessThanOrEqual(2 * languages.length);
});

/** What may take a moment to come true, and can be asked again. */
const isQuestion = (command: string): boolean =>
  /^(sudo )?(pop-sla (mesh status|status|doctor)|systemctl is-active)\b/.test(command);

/** The machines of a page: one, or the three of the mesh. */
async function machinesOf(lab: Lab, steps: readonly Step[]): Promise<Map<string, Machine>> {
  const names = [...new Set(steps.map(({ on }) => on))].sort().reverse();
  const machines = new Map<string, Machine>();
  for (const name of names) machines.set(name, await startMachine(lab, name));
  const hub = machines.get('hub');
  if (!hub) return machines;
  hub.namespace.sysctl('ipv4/ip_forward', '1');
  // Each PoP has a cable to the hub; the addresses are those of the guide.
  for (const [name, link, near, far] of [
    ['SIN', 'wan0', '192.0.2.9', '192.0.2.11'],
    ['FRA', 'wan1', '192.0.2.17', '192.0.2.19'],
  ] as const) {
    const pop = machines.get(name);
    if (!pop) continue;
    lab.join(
      { namespace: hub.namespace, addresses: [`${near}/29`] },
      { namespace: pop.namespace, addresses: [`${far}/29`] },
      link,
    );
    pop.namespace.must(['ip', 'route', 'add', 'default', 'via', near]);
  }
  for (const machine of machines.values())
    await machine.must(
      'printf "192.0.2.9 nats.example.net\\n192.0.2.11 sin.example.net\\n192.0.2.19 fra.example.net\\n" >> /etc/hosts',
    );
  await hub.must(
    "install -d -m 0700 .ssh; ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519; " +
      'echo "StrictHostKeyChecking accept-new" > .ssh/config',
  );
  const key = await hub.must('cat .ssh/id_ed25519.pub');
  for (const [name, machine] of machines) {
    if (name === 'hub') continue;
    await machine.must('install -d -m 0700 .ssh; cat > .ssh/authorized_keys', { input: key });
    await machine.must('ssh-keygen -A; install -d /run/sshd; /usr/sbin/sshd -o PermitRootLogin=yes');
  }
  return machines;
}

/** A new and empty cluster of PostgreSQL, as Debian's package makes it. */
async function preparePostgres(machine: Machine): Promise<void> {
  await machine.must(
    'rm -rf /var/lib/postgresql /etc/postgresql; install -d -o postgres -g postgres /var/lib/postgresql; ' +
      'pg_createcluster "$(ls /usr/lib/postgresql | sort -n | tail -1)" main; systemctl daemon-reload',
  );
}

/** What the steps need of a checkout is copied: a machine does not see every folder of this one, `/tmp` for example. */
async function copyCheckout(machine: Machine, steps: readonly Step[]): Promise<void> {
  await machine.must('cp -r /usr/lib/pop-sla/config .');
  for (const [file] of steps.flatMap(({ command }) => [...command.matchAll(/\btest\/\S+/g)]))
    await machine.must(`mkdir -p ${dirname(file)}; cat > ${file}`, {
      input: readFileSync(join(root, file), 'utf8'),
    });
}

describe('the commands of the guide', () => {
  const programs = ['apt-get', 'curl', 'nats-server', 'openssl', 'pg_createcluster', 'scp', 'setcap', 'sshd'];
  requires({ ...machineNeeds, commands: [...machineNeeds.commands, ...programs] });

  test.each(pages.filter((page) => stepsOf(markdownOf(page)).length > 0))(
    'of $language/$topic print what it says',
    { timeout: 600_000 },
    async (page) => {
      await withLab(async (lab) => {
        const steps = stepsOf(markdownOf(page));
        const machines = await machinesOf(lab, steps);
        for (const machine of machines.values()) await copyCheckout(machine, steps);
        const here = machines.get('here');
        if (here && steps.some(({ command }) => command.includes('postgresql'))) await preparePostgres(here);
        const exported: string[] = [];
        for (const { on, command, printed } of steps) {
          const machine = machines.get(on);
          if (!machine) throw new Error(`no machine ${on}`);
          if (command.startsWith('export ')) {
            exported.push(command);
            continue;
          }
          const line = [...exported, command].join('; ');
          const run = () => machine.sh(line, { timeoutMs: 200_000 });
          const wanted = pattern(printed);
          let done = await run();
          for (let tries = 0; isQuestion(command) && !wanted.test(done.stdout) && tries < 60; tries += 1) {
            await sleep(1_000);
            done = await run();
          }
          expect(done.code, `${command}: ${done.stdout}${done.stderr}`).toBe(0);
          expect(done.stdout, command).toMatch(wanted);
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
