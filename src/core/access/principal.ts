/** What somebody may be. `agent`: a program that measures for the hub; `reseller`: sees what its buyers have. */
export const roles = ['noc', 'finance', 'approver', 'admin', 'customer', 'reseller', 'agent'] as const;
export type Role = (typeof roles)[number];

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** Roles that see one customer's things only, and so need to be bound to one. */
export const tenantRoles = ['customer', 'reseller'] as const satisfies readonly Role[];

export function isTenantRole(role: Role): role is (typeof tenantRoles)[number] {
  return role === 'customer' || role === 'reseller';
}

/** Whoever asks. */
export interface Principal {
  /** Of the token, user or subject, with its kind: `token:3f9c2a17`, `user:ann`. */
  readonly id: string;
  /** Who it is, as it is written into the ledger. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** The customer whose things its roles `customer` and `reseller` see; null: it has none of them. */
  readonly customer: string | null;
  /** What of its roles' rights it has; null: all of them. See `scopeCovers`. */
  readonly scopes: readonly string[] | null;
  /** How it came in; `open`: nobody was asked. */
  readonly via: 'open' | 'token' | 'password' | 'oidc';
}
