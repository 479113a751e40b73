import type { Keys } from './check.js';

/** Every key of a case. The lists of facts may be left out where there are none. */
export const caseKeys: Keys = {
  required: ['plan', 'month', 'lines', 'services'],
  optional: [
    'outages',
    'unobserved',
    'exclusions',
    'commitments',
    'paths',
    'rounds',
    'history',
    'maintenanceUsed',
  ],
};
export const lineKeys: Keys = { required: ['id', 'pop'] };
export const serviceKeys: Keys = {
  required: ['id', 'site', 'class', 'lines', 'start', 'monthlyRent'],
  optional: ['end', 'paths', 'customer', 'taxPercent', 'agreedStart', 'installationCharge'],
};
export const moneyKeys: Keys = { required: ['amount', 'currency'] };
export const lineIntervalKeys: Keys = { required: ['line', 'from', 'to'] };
export const outageKeys: Keys = { required: ['line', 'from', 'to'], optional: ['reportedAt'] };
export const exclusionKeys: Keys = {
  required: ['kind', 'scope', 'from', 'to'],
  optional: ['noticeAt', 'proof'],
};
export const scopeKeys: Keys = {
  required: [],
  optional: ['pops', 'lines', 'paths', 'services', 'customers'],
};
export const commitmentKeys: Keys = { required: ['path', 'latencyMs'] };
export const pathKeys: Keys = { required: ['path', 'dscp'] };
export const roundKeys: Keys = { required: ['path', 'slot'], optional: ['sizes', 'status'] };
export const sizeKeys: Keys = {
  required: ['bytes'],
  optional: ['sent', 'received', 'rttSumUs', 'rttMinUs', 'rttUs'],
};
export const historyKeys: Keys = {
  required: ['month', 'service', 'site', 'currency', 'rent', 'credit'],
  optional: ['customer'],
};
export const maintenanceUsedKeys: Keys = { required: ['line', 'ms'] };
