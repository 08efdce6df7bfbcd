import { DiagnosticError } from '../../base/errors.ts';

let isInThread = false;

/** Notes that this thread is one of an application, which makes none of its own. */
export function noteStreamThread(): void {
  isInThread = true;
}

/** @throws {DiagnosticError} in a stream thread: the module of its topology may be the one that makes the application. */
export function refuseInStreamThread(what: 'application' | 'host'): void {
  if (!isInThread) return;
  throw new DiagnosticError({
    message: `a stream thread makes no ${what} of its own`,
    hint: `put the topology into another module than the one that makes the ${what}: each thread loads it`,
  });
}
