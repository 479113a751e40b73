import { refuse, type Refusal } from '../ledger/refusal.js';
import { isRole, isTenantRole, roles, type Role } from './principal.js';
import { actions, isScope } from './rules.js';

export interface WrittenGrant {
  readonly roles: readonly string[];
  readonly customer: string | null;
  /** Null: all that the roles may. */
  readonly scopes: readonly string[] | null;
}

export type GrantReading =
  | { readonly ok: true; readonly roles: readonly Role[] }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

/** What somebody is to be allowed, as it was written; `customers`: the ids of those there are. */
export function readGrant(written: WrittenGrant, customers: readonly string[]): GrantReading {
  const { customer, scopes } = written;
  const refusals: Refusal[] = [];
  const known = [...new Set(written.roles)].filter(isRole);
  for (const role of written.roles) {
    if (!isRole(role))
      refusals.push(refuse('role', `${role} is not known`, roles.join(', '), ['not-known', role]));
  }
  if (written.roles.length === 0) refusals.push(refuse('role', 'is missing', roles.join(', '), ['missing']));
  const tenant = known.find(isTenantRole);
  if (tenant !== undefined && known.some((role) => !isTenantRole(role))) {
    refusals.push(
      refuse('role', `${tenant} stands beside a role of the carrier's own`, 'one or the other', [
        'roles-mixed',
      ]),
    );
  }
  if (tenant !== undefined && customer === null) {
    refusals.push(
      refuse('customer', 'is missing', `whose things the role ${tenant} sees`, ['customer-needed']),
    );
  }
  if (tenant === undefined && customer !== null) {
    refusals.push(
      refuse('customer', 'is given', 'one for the roles customer and reseller only', ['customer-not-needed']),
    );
  }
  if (customer !== null && !customers.includes(customer)) {
    const allowed = customers.join(', ') || 'nothing: the configuration has no customers';
    refusals.push(refuse('customer', `${customer} is not known`, allowed, ['not-known', customer]));
  }
  for (const scope of scopes ?? []) {
    if (!isScope(scope)) {
      const families = [...new Set(actions.map((action) => action.split(':')[0]))];
      const allowed = `read, write, ${families.join(', ')}, or an action such as ${actions[0] ?? ''}`;
      refusals.push(refuse('scope', `${scope} covers nothing`, allowed, ['covers-nothing', scope]));
    }
  }
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, roles: known };
}
