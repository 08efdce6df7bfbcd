import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadModule } from '../../../../base/io/load-module.ts';
import { messageOf } from '../../../../base/errors.ts';
import type { Logger } from '../../../../base/logger.ts';
import type { SqlFunction } from '../../definition.ts';
import { extensionFunction } from '../extension-function.ts';

/**
 * Loads the functions of an extension folder (`ksql.extension.dir`): each module in it exports a list of them, as its default or as
 * `functions`. Their code is that of whoever runs the server, and may do what the server may. A module that cannot be loaded, and a
 * definition that is wrong, is left out, and told.
 * @param folder absent: there is none.
 */
export async function extensionFunctions(
  folder: string | undefined,
  logger: Pick<Logger, 'error' | 'info'>,
): Promise<readonly SqlFunction[]> {
  if (folder === undefined || folder === '') return [];
  const functions: SqlFunction[] = [];
  const told = (file: string, error: unknown): void =>
    logger.error('functions of the extension folder are left out', { file, error: messageOf(error) });
  for (const file of await modulesOf(folder, told)) {
    try {
      for (const definition of listOf(await loadModule(pathToFileURL(file).href))) {
        try {
          functions.push(extensionFunction(definition, file));
        } catch (error) {
          told(file, error);
        }
      }
    } catch (error) {
      told(file, error);
    }
  }
  return functions;
}

async function modulesOf(
  folder: string,
  told: (file: string, error: unknown) => void,
): Promise<readonly string[]> {
  try {
    const names = (await readdir(folder)).filter(
      (name) => /\.(?:m?js|m?ts)$/.test(name) && !name.endsWith('.d.ts'),
    );
    return names.toSorted().map((name) => path.resolve(folder, name));
  } catch (error) {
    told(folder, error);
    return [];
  }
}

function listOf(module: unknown): readonly unknown[] {
  if (typeof module === 'object' && module !== null) {
    const functions =
      'functions' in module ? module.functions : 'default' in module ? module.default : undefined;
    if (Array.isArray(functions)) return functions;
  }
  throw new RangeError('it exports no list of functions, as its default or as `functions`');
}
