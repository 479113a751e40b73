import { z } from 'zod';
import { meshRoles } from '../mesh-config.js';
import { oneOf } from '../scalars/plain.js';
import { commitmentSchema } from './commitments.js';
import { driverSchema } from './driver.js';
import { measurementSchema } from './measurement.js';
import { meshSchema } from './mesh.js';
import { faultsSchema, notificationsSchema } from './notifications.js';
import { pathsSchema } from './paths.js';
import { popId, popSchema } from './pops.js';
import { file } from './file.js';
import { httpSchema } from './http.js';
import { logSchema, metricsSchema, storeSchema } from './services.js';
import { keysSchema, statementsSchema } from './statements.js';
import { networksSchema, traceSchema } from './trace.js';
import { watchSchema } from './watch.js';

/** What may stand in a config file, key by key; what keys mean to each other is in `checks/`. */
export const configSchema = z.strictObject({
  role: oneOf(meshRoles).default('standalone'),
  agent: popId().optional(),
  mesh: meshSchema.optional(),
  pops: z.array(popSchema).optional(),
  paths: pathsSchema.prefault({}),
  commitments: z.array(commitmentSchema).default([]),
  measurement: measurementSchema.prefault({}),
  watch: watchSchema.prefault({}),
  trace: traceSchema.prefault({}),
  networks: networksSchema.default({}),
  driver: driverSchema,
  store: storeSchema.prefault({}),
  http: httpSchema.prefault({}),
  metrics: metricsSchema.prefault({}),
  log: logSchema.prefault({}),
  faults: faultsSchema.prefault({}),
  notifications: notificationsSchema.prefault({}),
  customers: file().optional(),
  keys: keysSchema.prefault({}),
  statements: statementsSchema.prefault({}),
});

/** A file whose every key is right by itself, with defaults filled in. */
export type RawConfig = z.output<typeof configSchema>;
