import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { guideHtml, guidePage, guideTopics, isGuideTopic } from '../../render/guide.js';
import { addPage, type PageAnswer, type PortalOptions } from './page.js';
import type { Shell } from './shell.js';

/** `/guide` and its topics. Who reads traditional Chinese gets the simplified one, marked as such. */
export function guidePages(server: FastifyInstance, portal: PortalOptions): void {
  const show = (topic: string, shell: Shell): PageAnswer => {
    if (!isGuideTopic(topic)) return null;
    const { title, language, markdown } = guidePage(topic, shell.language === 'en' ? 'en' : 'zh-CN');
    const topics = Object.keys(guideTopics).map((name) => ({ name, current: name === topic }));
    return { view: 'guide', title, page: { topics, language, html: guideHtml(markdown) } };
  };
  addPage(server, portal, {
    ...{ method: 'GET', url: '/guide', access: 'session:read' },
    handle: ({ shell }) => show('operate', shell),
  });
  addPage(server, portal, {
    ...{ method: 'GET', url: '/guide/:topic', access: 'session:read' },
    params: z.object({ topic: z.string().max(40) }),
    handle: ({ params, shell }) => show(params.topic, shell),
  });
}
