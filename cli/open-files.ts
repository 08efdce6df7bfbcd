import { DiagnosticError } from '../src/base/errors.ts';
import { openFilesLimit } from '../src/base/io/open-files-limit.ts';

/** Below this Node may not be able to load the modules of the SQL server, hundreds of which it opens at once. */
export const OPEN_FILES_MIN = 320;

/** What Node says when it finds no file to open a module with: that a module is missing, or what is the case. */
const SIGNS = new Set<unknown>(['EMFILE', 'ENFILE', 'ERR_MODULE_NOT_FOUND']);

/** @throws {DiagnosticError} where the limit of open files is too low for a broker with its SQL server. */
export function requireOpenFiles(limit: number = openFilesLimit()): void {
  if (limit < OPEN_FILES_MIN) throw tooFewFiles(limit, `the SQL server needs ${OPEN_FILES_MIN} at least`);
}

/** What ended a command: the limit of open files where that is it, and not the file that came first too many. */
export function namingOpenFiles(error: unknown, limit: number = openFilesLimit()): unknown {
  if (!(error instanceof Error) || !('code' in error) || !SIGNS.has(error.code)) return error;
  if (error.code === 'ERR_MODULE_NOT_FOUND' && limit >= OPEN_FILES_MIN) return error;
  return tooFewFiles(limit, 'this command needs more');
}

function tooFewFiles(limit: number, need: string): DiagnosticError {
  return new DiagnosticError({
    message: `the limit of open files is ${limit}, and ${need}: raise it (ulimit -Hn, LimitNOFILE of systemd)`,
  });
}
