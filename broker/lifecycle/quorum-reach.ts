import type { Address, Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';

/**
 * Whether so many of the other voters have stopped (their ports refuse connections) that no controller can be elected.
 * One that does not answer at all may only be slow or cut off: it counts as there.
 */
export async function isQuorumGone(
  environment: Environment,
  otherVoters: readonly Address[],
  timeoutMs: number,
): Promise<boolean> {
  const refusals = await Promise.all(
    otherVoters.map((address) => isRefused(environment, address, timeoutMs)),
  );
  const present = 1 + refusals.filter((refused) => !refused).length;
  return present <= (otherVoters.length + 1) / 2;
}

async function isRefused(environment: Environment, address: Address, timeoutMs: number): Promise<boolean> {
  try {
    const connection = await environment.network.connect({ ...address, timeoutMs });
    connection.destroy();
    return false;
  } catch (error) {
    return error instanceof OperationalError && error.code === 'CONNECTION_REFUSED';
  }
}
