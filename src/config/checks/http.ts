import type { Fault } from '../problem.js';
import type { Draft } from './draft.js';

/** A provider has to know where to send people back to. */
export function checkHttp({ http }: Draft): Fault[] {
  if (http?.auth?.oidc === undefined || http.publicUrl !== undefined) return [];
  const what = 'has no way back: http.publicUrl is missing';
  return [
    { at: ['http', 'auth', 'oidc'], onKey: true, what, allowed: 'with http.publicUrl beside http.listen' },
  ];
}
