import type { AdminOptions } from '../types.ts';
import { commonConfig } from './common-config.ts';
import type { ConfigDefinition } from './definition.ts';

/** The admin client's keys. */
export const adminConfig = {
  ...commonConfig,
  clientId: { ...commonConfig.clientId, defaultValue: 'millrace-admin' },
  defaultApiTimeoutMs: {
    name: 'default.api.timeout.ms',
    type: 'int',
    defaultValue: 60_000,
    min: 0,
    doc: 'Time limit of each call, retries included.',
  },
} as const satisfies Record<Exclude<keyof AdminOptions, 'environment'>, ConfigDefinition>;
