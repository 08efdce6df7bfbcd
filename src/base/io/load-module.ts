import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Imports a module of a user in a thread. TypeScript needs a loader before Node 22.18, and that of tsx, which the process may have been
 * started with, keeps out of worker threads of Node 20: it is asked to load here, too, where it is installed beside the module.
 * @throws what the import throws.
 */
export async function loadModule(module: string): Promise<unknown> {
  try {
    return await import(module);
  } catch (error) {
    if (!isUnknownExtension(error) || !(await registerTsx(module))) throw error;
  }
  // Under another address: Node keeps what the first one has failed with.
  return import(`${module}?tsx`);
}

function isUnknownExtension(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION';
}

/** False where it is not there. */
async function registerTsx(module: string): Promise<boolean> {
  try {
    const found = createRequire(module).resolve('tsx/esm/api');
    // What `require` finds looks for its own parts in the wrong folder.
    const tsx: unknown = await import(pathToFileURL(found.replace(/\.cjs$/, '.mjs')).href);
    if (typeof tsx !== 'object' || tsx === null || !('register' in tsx)) return false;
    if (typeof tsx.register !== 'function') return false;
    tsx.register();
    return true;
  } catch {
    return false;
  }
}
