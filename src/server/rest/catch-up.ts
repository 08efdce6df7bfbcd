import type { Timers } from '../../base/environment.ts';
import { RestError, RestErrorCode } from './rest-error.ts';

const CHECK_MS = 50;

/**
 * Resolves when the command of that number has been carried out here, which a client asks for that has recorded it at
 * another server of the service; at once where it asks for none, which is -1.
 * @param plannedAtOffset the number of the next command.
 * @throws {RestError} 50301 where it does not come in time.
 */
export async function caughtUp(
  sequenceNumber: number,
  plannedAtOffset: () => number,
  { timers, msMax }: { readonly timers: Timers; readonly msMax: number },
): Promise<void> {
  if (sequenceNumber < 0) return;
  for (let waitedMs = 0; plannedAtOffset() <= sequenceNumber; waitedMs += CHECK_MS) {
    if (waitedMs >= msMax) {
      throw new RestError(
        RestErrorCode.COMMAND_CATCH_UP,
        `Timed out while waiting for a previous command to execute. command sequence number: ${sequenceNumber}`,
      );
    }
    await timers.sleep(CHECK_MS);
  }
}
