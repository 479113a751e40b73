import { z } from 'zod';
import { meshRoles } from './defaults.js';
import { file, oneOf } from './scalars.js';
import { billingSection } from './sections/billing.js';
import { driverSection } from './sections/driver.js';
import { httpSection } from './sections/http.js';
import { measurementSection } from './sections/measurement.js';
import { meshSection } from './sections/mesh.js';
import { notificationsSection } from './sections/notifications.js';
import { commitmentSection, pathsSection, popSection, popId } from './sections/paths.js';
import {
  faultsSection,
  keysSection,
  logSection,
  metricsSection,
  csvSection,
  statementsSection,
  storeSection,
} from './sections/store.js';
import { networksSchema, traceSection, watchSection } from './sections/watch.js';

/** What may stand in a config file, key by key; what keys mean to each other is in `checks/`. */
export const configSchema = z.strictObject({
  role: oneOf(meshRoles).default('standalone'),
  agent: popId().optional(),
  mesh: meshSection.schema.optional(),
  pops: z.array(popSection.schema).optional(),
  paths: pathsSection.schema.prefault({}),
  commitments: z.array(commitmentSection.schema).default([]),
  measurement: measurementSection.schema.prefault({}),
  watch: watchSection.schema.prefault({}),
  trace: traceSection.schema.prefault({}),
  networks: networksSchema.default({}),
  driver: driverSection.schema,
  store: storeSection.schema.prefault({}),
  http: httpSection.schema.prefault({}),
  metrics: metricsSection.schema.prefault({}),
  log: logSection.schema.prefault({}),
  faults: faultsSection.schema.prefault({}),
  notifications: notificationsSection.schema.prefault({}),
  customers: file().optional(),
  keys: keysSection.schema.prefault({}),
  statements: statementsSection.schema.prefault({}),
  csv: csvSection.schema.prefault({}),
  billing: billingSection.schema.prefault({}),
});

/** A file whose every key is right by itself, with defaults filled in. */
export type RawConfig = z.output<typeof configSchema>;
