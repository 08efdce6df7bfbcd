import { int, type OptionKey, option } from '../../base/config/config-key.ts';
import { atLeast } from '../../base/config/config-range.ts';
import type { AdminOptions } from '../types.ts';
import { commonConfig } from './common-config.ts';

/** The admin client's keys. */
export const adminConfig = {
  ...commonConfig,
  clientId: { ...commonConfig.clientId, default: 'millrace-admin' },
  defaultApiTimeoutMs: option(
    'default.api.timeout.ms',
    int(60_000, 'Time limit of each call, retries included.', atLeast(0)),
  ),
} as const satisfies Record<Exclude<keyof AdminOptions, 'environment'>, OptionKey>;
