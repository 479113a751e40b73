import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Office } from '../../engine/ledger/office.js';
import { maxAttachmentBytes } from '../../store/ledger-store.js';
import { fileName } from '../route/input.js';
import { addRoute } from '../route/route.js';
import { attachment } from './answers.js';

const bytes = z.instanceof(Buffer, { error: 'is no file; allowed: its bytes, as application/octet-stream' });

/** `POST /api/v1/attachments`: a file that proves something. */
export function attachmentWrite(server: FastifyInstance, office: Pick<Office, 'attach'>): void {
  server.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: maxAttachmentBytes },
    (_request, content, done) => {
      done(null, content);
    },
  );
  addRoute(server, {
    ...{ method: 'POST', url: '/api/v1/attachments', operationId: 'attachFile', tag: 'ledger' },
    access: 'attachments:write',
    summary: 'Keeps a file that proves something.',
    bodyLimit: maxAttachmentBytes,
    bodyType: 'application/octet-stream',
    query: z.strictObject({ name: fileName() }),
    body: bytes,
    answer: { status: 201, description: 'kept', schema: attachment },
    handle: ({ query, body }) => office.attach(query.name, body),
  });
}
