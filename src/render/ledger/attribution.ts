import type { Attribution } from '../../core/watch/attribution.js';
import type { PopId } from '../../core/types.js';

/** In a few words, what an outage of a port was and who says so. */
export function attributionText({ cause, down, up, blind, paths }: Attribution, port: PopId): string {
  const seen = `${down.length} of ${down.length + up.length} saw it down`;
  switch (cause) {
    case 'path':
      return `failed path: ${few(paths)}; ${few(up)} reached ${port}`;
    case 'port':
      return `failed port: ${seen}`;
    case 'pop':
      return `failed PoP: ${seen}, and its agent reached nobody`;
    case 'isolated-agent':
      return up.length === 0 ? 'isolated agent' : `isolated agent: ${few(up)} reached ${port}`;
    case 'unconfirmed':
      return blind.length === 0
        ? 'unconfirmed: nobody else watches it'
        : 'unconfirmed: nobody else could say';
  }
}

const most = 4;

function few(names: readonly string[]): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return names.slice(0, most).join(', ') + more;
}
