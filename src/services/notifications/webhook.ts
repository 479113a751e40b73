import { createHmac } from 'node:crypto';
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Network } from '../../config/scalars.js';
import type { EpochMs } from '../../core/types.js';
import { addressRules } from './targets.js';
import { WebhookAnswerError } from './webhook-answer.js';

interface WebhookRefusal {
  readonly why: string;
  /** How long the service wants to be left alone for; null: it does not say. */
  readonly waitMs: number | null;
}

/** Resolves a name to all of its addresses. */
export type LookupAll = (host: string) => Promise<readonly LookupAddress[]>;

export interface WebhookOptions {
  readonly url: string;
  readonly body: string;
  /** Null: the request is not signed. */
  readonly secret: string | null;
  /** The same for every attempt to send one message, so that a recipient can detect duplicates. */
  readonly delivery: string;
  readonly event: string;
  readonly now: EpochMs;
  readonly timeoutMs: number;
  readonly allow: readonly Network[];
  readonly userAgent: string;
  readonly lookup?: LookupAll;
  readonly headers?: Readonly<Record<string, string>>;
  /** Why an answer of 2xx with this body is a refusal all the same; null: it is none. */
  readonly refusedBy?: (body: string) => WebhookRefusal | null;
}

/** The delay that a `Retry-After` header asks for, in seconds or until a date; null: it is neither. */
export function retryAfterMs(header: string | undefined, now: EpochMs): number | null {
  if (header === undefined) return null;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const until = /[A-Za-z]/.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(until) ? null : Math.max(0, until - now);
}

/** At most this many bytes of a response are read. */
const maxAnswerBytes = 64 * 1024;

const lookupAll: LookupAll = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses);
    });
  });

/**
 * The value of the `pop-sla-signature` header: `t=<seconds>,v1=<hex>`, the HMAC-SHA-256 of `<seconds>.<body>` with the
 * target's secret. A recipient computes it from the raw body, compares, and rejects one that is minutes old.
 */
export function signatureOf(secret: string, body: string, now: EpochMs): string {
  const seconds = Math.floor(now / 1000);
  const hmac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${hmac}`;
}

/**
 * Posts a message. Resolves when it was accepted (2xx); rejects with the reason otherwise. Redirects are not followed.
 */
export async function postWebhook(options: WebhookOptions): Promise<void> {
  const { url, body, secret, delivery, event, now, timeoutMs, userAgent } = options;
  const target = new URL(url);
  const rules = addressRules(options.allow);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const refuseFor = (address: string): void => {
    if (!rules.may(address)) throw new Error(`${host} is ${address}, an address that webhooks may not go to`);
    if (target.protocol !== 'https:' && !rules.isOperatorAddress(address))
      throw new Error(`${host} is ${address}: http is for allowed networks only, https for all others`);
  };
  if (isIP(host) !== 0) refuseFor(host);
  // The address that is connected to must be the one that was checked, so the name is resolved here and only once.
  const lookup: LookupFunction = (name, { all }, done) => {
    (options.lookup ?? lookupAll)(name).then(
      (addresses) => {
        try {
          for (const { address } of addresses) refuseFor(address);
          const first = addresses[0];
          if (!first) throw new Error(`${name} has no address`);
          if (all) done(null, [...addresses]);
          else done(null, first.address, first.family);
        } catch (error) {
          done(error as NodeJS.ErrnoException, '', 4);
        }
      },
      (error: unknown) => {
        done(error as NodeJS.ErrnoException, '', 4);
      },
    );
  };
  const requestOptions: RequestOptions = {
    method: 'POST',
    agent: false,
    lookup,
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': userAgent,
      'pop-sla-event': event,
      'pop-sla-delivery': delivery,
      ...options.headers,
      ...(secret !== null && { 'pop-sla-signature': signatureOf(secret, body, now) }),
    },
  };
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  await answered(send(target, requestOptions), options, refuseFor);
}

function answered(
  request: ClientRequest,
  { body, timeoutMs, refusedBy, now }: Pick<WebhookOptions, 'body' | 'timeoutMs' | 'refusedBy' | 'now'>,
  refuseFor: (address: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    request.on('socket', (socket) => {
      socket.once('connect', () => {
        try {
          refuseFor(socket.remoteAddress ?? '');
        } catch (error) {
          request.destroy(error as Error);
        }
      });
    });
    request.on('error', (error) => {
      reject(error.name === 'AbortError' ? new Error(`no answer within ${timeoutMs} ms`) : error);
    });
    request.on('response', (response) => {
      const { statusCode = 0 } = response;
      let bytes = 0;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (refusedBy) chunks.push(chunk);
        if (bytes > maxAnswerBytes) response.destroy();
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        if (statusCode >= 200 && statusCode < 300) {
          const refusal = refusedBy?.(Buffer.concat(chunks).toString()) ?? null;
          if (refusal === null) resolve();
          else if (refusal.waitMs === null) reject(new Error(refusal.why));
          else reject(new WebhookAnswerError(429, refusal.waitMs, refusal.why));
        } else {
          const redirects = statusCode >= 300 && statusCode < 400 ? ': redirects are not followed' : '';
          const wait = retryAfterMs(response.headers['retry-after'], now);
          reject(new WebhookAnswerError(statusCode, wait, `answered ${statusCode}${redirects}`));
        }
      });
    });
    request.end(body);
  });
}
