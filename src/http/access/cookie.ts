import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { isLoopback } from './loopback.js';

/** A cookie that a browser takes over TLS only, and from this host only. */
const overTls = '__Host-pop-sla';
const plain = 'pop-sla';

const isTls = ({ protocol }: FastifyRequest): boolean => protocol === 'https';

/** Whether the secret of a session may travel this way: encrypted, or never leaving this machine. */
export const maySignIn = (request: FastifyRequest): boolean => isTls(request) || isLoopback(request.ip);

export function sessionCookie(request: FastifyRequest): string | null {
  return request.cookies[isTls(request) ? overTls : plain] ?? null;
}

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  maxAgeMs: number,
): void {
  reply.setCookie(isTls(request) ? overTls : plain, secret, {
    ...{ path: '/', httpOnly: true, sameSite: 'lax', secure: isTls(request) },
    maxAge: Math.floor(maxAgeMs / 1000),
  });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(isTls(request) ? overTls : plain, {
    ...{ path: '/', httpOnly: true, sameSite: 'lax', secure: isTls(request) },
  });
}
