import type { Action, Principal, Role } from '../core/access/rules.js';
import type { Caller } from '../http/access/caller.js';
import type { PortalWords } from '../i18n/portal.js';

/** A place in the navigation. */
export interface Place {
  readonly href: `/${string}`;
  readonly label: (words: PortalWords) => string;
  /** Shown to whoever may do this. */
  readonly action: Action;
  /** And is one of these; everybody unless told. */
  readonly roles?: readonly Role[];
  /** And has signed in this way; in any way unless told. */
  readonly via?: Principal['via'];
  /** It stands in the account's menu: seldom gone to. */
  readonly menu?: true;
}

/** Where somebody of a role begins; who has none of these begins at the first place of the navigation. */
const homes: readonly (readonly [Role, Place['href']])[] = [
  ['noc', '/mesh'],
  ['finance', '/months'],
  ['approver', '/exclusions'],
  ['admin', '/admin'],
];

/** Of all places, those that whoever looks may go to. */
export function placesFor(places: readonly Place[], caller: Caller | null): readonly Place[] {
  if (caller === null) return [];
  const { roles, via: came } = caller.principal;
  return places.filter(
    ({ action, roles: only, via = came }) =>
      caller.may(action) && via === came && (only?.some((role) => roles.includes(role)) ?? true),
  );
}

/** Null: there is nothing for it here. */
export function homeOf(places: readonly Place[], caller: Caller): Place['href'] | null {
  const open = placesFor(places, caller).map(({ href }) => href);
  // Who has to enrol a second factor first may go nowhere else.
  const home = homes.find(([role, href]) => caller.principal.roles.includes(role) && open.includes(href));
  return home?.[1] ?? open[0] ?? null;
}
