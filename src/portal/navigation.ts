import type { Action, Role } from '../core/access/rules.js';
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
  const { roles } = caller.principal;
  return places.filter(
    ({ action, roles: only }) => caller.may(action) && (only?.some((role) => roles.includes(role)) ?? true),
  );
}

/** Null: there is nothing for it here. */
export function homeOf(places: readonly Place[], caller: Caller): Place['href'] | null {
  const home = homes.find(([role]) => caller.principal.roles.includes(role));
  return home?.[1] ?? placesFor(places, caller)[0]?.href ?? null;
}
