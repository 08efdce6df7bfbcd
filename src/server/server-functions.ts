import type { Logger } from '../base/logger.ts';
import { extensionFunctions } from '../sql/functions/extension/io/extension-folder.ts';
import { builtInRegistry, type FunctionRegistry } from '../sql/functions/index.ts';
import { serverConfig } from './config/server-config.ts';

/**
 * The built-in functions, and those of the folder that `ksql.extension.dir` names. What cannot be loaded is left out, and told.
 */
export async function serverFunctions({
  properties,
  logger,
}: {
  readonly properties: Readonly<Record<string, string>>;
  readonly logger: Logger;
}): Promise<FunctionRegistry> {
  const folder = serverConfig(properties).find('ksql.extension.dir');
  return builtInRegistry().with(await extensionFunctions(folder, logger));
}
