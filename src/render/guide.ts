import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked } from 'marked';

/** The parts of the guide, in the order in which they are listed, each with whom it is for. */
export const guideTopics = {
  operate: 'install, configure, run, back up, upgrade; every command; Prometheus and Grafana; PostgreSQL',
  mesh: 'an agent in each PoP and a hub, over NATS JetStream',
  noc: 'ports, outages, exclusions, fault reports, notifications',
  finance: 'closing a month, statements, reports, evidence that anybody can verify',
  customers: 'what customers buy and what they see',
  contracts: 'how a contract is read; other contracts as data',
  api: 'HTTP, OpenAPI, TMF621',
  security: 'who may do what, the audit trail, the process',
  performance: 'how exact it is and what it takes, each figure with the script that measured it',
} as const;
type GuideTopic = keyof typeof guideTopics;

export const isGuideTopic = (name: string): name is GuideTopic => Object.hasOwn(guideTopics, name);

/** The languages that the guide is written in. */
export const guideLanguages = ['en', 'zh-CN'] as const;
type GuideLanguage = (typeof guideLanguages)[number];

interface GuidePage {
  readonly title: string;
  /** English where the topic is not there in the language that was asked for. */
  readonly language: GuideLanguage;
  readonly markdown: string;
}

const folder = join(import.meta.dirname, '..', 'guide');

/** A topic as it is written. */
export function guidePage(topic: GuideTopic, wanted: GuideLanguage = 'en'): GuidePage {
  const language = existsSync(join(folder, wanted, `${topic}.md`)) ? wanted : 'en';
  const markdown = readFileSync(join(folder, language, `${topic}.md`), 'utf8');
  return { title: /^# (.+)$/m.exec(markdown)?.[1] ?? topic, language, markdown };
}

/** For a terminal: as it is written, without the marks that only a page needs. `bold` paints headings. */
export function guideForTerminal(markdown: string, bold: (text: string) => string): string {
  let isCode = false;
  const lines = markdown.split('\n').flatMap((line) => {
    if (line.startsWith('```')) {
      isCode = !isCode;
      return [];
    }
    if (isCode) return [`    ${line}`];
    const heading = /^#+ (.+)$/.exec(line)?.[1];
    if (heading !== undefined) return [bold(heading)];
    return [line.replace(/\[([^\]]+)\]\((\w+)\.md[^)]*\)/g, '$1 (pop-sla guide $2)').replace(/\*\*|`/g, '')];
  });
  return lines.join('\n');
}

/** As HTML, with anchors at the headings and links between topics below `/guide/`. The guide is our own text. */
export function guideHtml(markdown: string): string {
  // Wide tables scroll by themselves; a keyboard has to get there too.
  return html
    .parse(markdown, { async: false })
    .replaceAll('<table>', '<div class="scroll" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

const html = new Marked({
  gfm: true,
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      const [, topic, anchor = ''] = /^(\w+)\.md(#.*)?$/.exec(href) ?? [];
      const text = this.parser.parseInline(tokens);
      const to = topic !== undefined && isGuideTopic(topic) ? `/guide/${topic}${anchor}` : href;
      return `<a href="${to.replaceAll('"', '&quot;')}">${text}</a>`;
    },
  },
});
