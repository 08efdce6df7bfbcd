import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadModule } from '../../../../base/io/load-module.ts';
import type { Timers } from '../../../../base/environment.ts';
import { messageOf } from '../../../../base/errors.ts';
import type { Logger } from '../../../../base/logger.ts';
import { unlessAborted } from '../../../../base/unless-aborted.ts';
import type { SqlFunction } from '../../definition.ts';
import type { FunctionRegistry } from '../../registry.ts';
import { extensionFunction } from '../extension-function.ts';

/** A module that is not there by then waits for what may never come. */
const LOAD_MS_MAX = 10_000;

interface ExtensionOptions {
  readonly logger: Pick<Logger, 'error'>;
  readonly timers: Timers;
  /** Whoever loads them waits no longer. */
  readonly signal?: AbortSignal;
  readonly loadMsMax?: number;
}

/**
 * The built-in functions, and those of an extension folder (`ksql.extension.dir`): each module in it exports a list of them, as its
 * default or as `functions`. Their code is that of whoever runs the server, and may do what the server may. A module that cannot be
 * loaded, or is not loaded in its time, a definition that is wrong, and one whose name another function has, are left out, and told.
 * @param folder absent: there is none.
 * @throws the reason of the signal.
 */
export async function withExtensions(
  builtIn: FunctionRegistry,
  folder: string | undefined,
  options: ExtensionOptions,
): Promise<FunctionRegistry> {
  if (folder === undefined || folder === '') return builtIn;
  const told = (file: string, error: unknown): void =>
    options.logger.error('functions of the extension folder are left out', { file, error: messageOf(error) });
  const files = await modulesOf(folder, told);
  // Side by side: those that are late take the time of one.
  const modules = await Promise.allSettled(files.map((file) => loadedModule(file, options)));
  options.signal?.throwIfAborted();
  let functions = builtIn;
  for (const [index, module] of modules.entries()) {
    const file = files[index] ?? folder;
    for (const definition of definitionsOf(module, (error) => told(file, error))) {
      try {
        functions = withOne(functions, builtIn, extensionFunction(definition, file));
      } catch (error) {
        told(file, error);
      }
    }
  }
  return functions;
}

/** @throws {RangeError} where another function has the name. */
function withOne(known: FunctionRegistry, builtIn: FunctionRegistry, added: SqlFunction): FunctionRegistry {
  const { name } = added;
  if (builtIn.find(name) !== undefined) {
    throw new RangeError(`${name} is a function of the server, which cannot be replaced`);
  }
  const other = known.find(name);
  if (other !== undefined) throw new RangeError(`there is a function ${other.name} of ${other.path} already`);
  return known.with([added]);
}

async function loadedModule(
  file: string,
  { timers, signal, loadMsMax = LOAD_MS_MAX }: ExtensionOptions,
): Promise<unknown> {
  const over = new AbortController();
  const timer = timers.after(loadMsMax, () =>
    over.abort(new RangeError(`it is not loaded within ${loadMsMax} ms`)),
  );
  const ends = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  try {
    return await unlessAborted(loadModule(pathToFileURL(file).href), ends);
  } finally {
    timer.cancel();
  }
}

function definitionsOf(
  module: PromiseSettledResult<unknown>,
  told: (error: unknown) => void,
): readonly unknown[] {
  try {
    if (module.status === 'rejected') throw module.reason;
    return listOf(module.value);
  } catch (error) {
    told(error);
    return [];
  }
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
