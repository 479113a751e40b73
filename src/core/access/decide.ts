import type { Principal } from './principal.js';
import { rules, scopeCovers, type Action, type Reach, type Rule } from './rules.js';

export type Decision =
  | { readonly allowed: true; readonly reach: Reach }
  | { readonly allowed: false; readonly why: 'role' | 'scope' };

/** Whether somebody may do something at all, and how far it reaches. What no rule allows is not allowed. */
export function decide(principal: Principal, action: Action): Decision {
  const { who }: Rule = rules[action];
  const reaches = principal.roles.flatMap((role): Reach[] => {
    const reach = who[role];
    // Without a customer there is nothing of its own.
    return reach === undefined || (reach === 'own' && principal.customer === null) ? [] : [reach];
  });
  if (reaches.length === 0) return { allowed: false, why: 'role' };
  if (principal.scopes !== null && !principal.scopes.some((scope) => scopeCovers(scope, action)))
    return { allowed: false, why: 'scope' };
  return { allowed: true, reach: reaches.includes('all') ? 'all' : 'own' };
}
