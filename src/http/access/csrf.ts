import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Forbidden } from '../problem.js';

/** The header of a script; a form without one has a field `_csrf`. */
export const csrfHeader = 'x-csrf-token';
export const csrfField = '_csrf';

function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const isForm = ({ headers }: FastifyRequest): boolean =>
  /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(headers['content-type'] ?? '');

/** A browser says where a page came from; a page of elsewhere does not write here, whatever it knows. */
export function refuseOtherOrigins(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const own = `${request.protocol}://${request.host}`;
  if ((origin !== undefined && origin !== own) || site === 'cross-site' || site === 'same-site') {
    throw new Forbidden(`a page of ${origin ?? 'elsewhere'} may not write; allowed: pages of ${own}`);
  }
}

/**
 * Of a write that a cookie lets in: a page of elsewhere could have sent it along. `form`: the header is missing, and
 * the body, which is not read yet, may hold the field.
 */
export function checkCsrfHeader(request: FastifyRequest, csrf: string): 'fits' | 'form' {
  refuseOtherOrigins(request);
  const given = request.headers[csrfHeader];
  if (typeof given === 'string' && same(given, csrf)) return 'fits';
  if (given === undefined && isForm(request)) return 'form';
  throw new Forbidden(`${csrfHeader} is missing or wrong; allowed: the csrf of GET /api/v1/session`);
}

/** Takes the field out of the body. */
export function checkCsrfField(request: FastifyRequest, csrf: string): void {
  const body = request.body as Record<string, unknown> | null | undefined;
  const given = body?.[csrfField];
  if (typeof given !== 'string' || !same(given, csrf)) {
    throw new Forbidden(`${csrfField} is missing or wrong; allowed: the field of the form`);
  }
  delete body?.[csrfField];
}
