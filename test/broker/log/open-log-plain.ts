import { Log, type LogOptions } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../broker/log/log-config.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';

/** Opens the log `events-0` under a folder. */
export function openLog(
  root: string,
  config: Partial<LogConfig> = {},
  options: Partial<LogOptions> = {},
): Log {
  return Log.open({
    environment: nodeEnvironment,
    directory: `${root}/events-0`,
    config: { ...DEFAULT_LOG_CONFIG, ...config },
    ...options,
  });
}
