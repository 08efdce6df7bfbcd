import type { Timers } from '../base/environment.ts';
import type { Lifecycle } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { withExtensions } from '../sql/functions/extension/io/extension-folder.ts';
import { builtInRegistry, type FunctionRegistry } from '../sql/functions/index.ts';
import { serverConfig } from './config/server-config.ts';

/**
 * The built-in functions, and those of the folder that `ksql.extension.dir` names. What cannot be loaded is left out, and told.
 */
export function serverFunctions(
  { properties, logger }: { readonly properties: Readonly<Record<string, string>>; readonly logger: Logger },
  { life, timers }: { readonly life: Lifecycle; readonly timers: Timers },
): Promise<FunctionRegistry> {
  const folder = serverConfig(properties).find('ksql.extension.dir');
  return life.step((signal) => withExtensions(builtInRegistry(), folder, { logger, timers, signal }));
}
