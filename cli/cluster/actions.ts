import { DiagnosticError, messageOf, OperationalError } from '../../src/base/errors.ts';
import type { BrokerStatus, ClusterAnswer, ClusterRequest } from './control.ts';
import type { SupervisedBroker } from './supervised-broker.ts';

/** Tells whoever has started the cluster, in that terminal. */
type Say = (line: string) => void;

/** The brokers of a cluster, as `millrace cluster` starts and stops them. */
type Brokers = readonly Pick<
  SupervisedBroker,
  'id' | 'state' | 'pid' | 'address' | 'restarts' | 'start' | 'stop'
>[];

/**
 * Does what `millrace cluster` asks for.
 * @throws {DiagnosticError} for a broker that there is not.
 * @throws {OperationalError} `NO_MAJORITY` when a stop would take the majority of the quorum, and is not forced.
 */
export async function act(
  brokers: Brokers,
  { action, broker: id, force }: ClusterRequest,
  say: Say,
): Promise<ClusterAnswer> {
  switch (action) {
    case 'status':
      break;
    case 'start':
      await start(brokers, id === undefined ? brokers : [brokerOf(brokers, id)], say);
      break;
    case 'stop':
    case 'restart': {
      const broker = brokerOf(brokers, id);
      if (force !== true) refuseLossOfMajority(brokers, broker, action);
      await broker.stop();
      if (action === 'restart') await start(brokers, [broker], say);
      break;
    }
  }
  if (action !== 'status') {
    for (const broker of id === undefined ? brokers : [brokerOf(brokers, id)]) {
      say(`broker ${broker.id} is ${broker.state}, as millrace cluster ${action} asked for`);
    }
  }
  const majority = missingMajority(brokers);
  return { brokers: brokers.map(statusOf), notes: majority === undefined ? [] : [majority] };
}

/**
 * Starts those that are stopped, and waits until they serve: without a majority of the quorum they cannot, and are left
 * to go on when the others come.
 */
async function start(brokers: Brokers, wanted: Brokers, say: Say): Promise<void> {
  const starting = Promise.all(wanted.map((broker) => broker.start()));
  if (aliveOf(brokers) >= majorityOf(brokers)) {
    await starting;
    return;
  }
  // Its end before it has served is told in the terminal of the cluster, where it is then started again.
  starting.catch((error: unknown) => say(messageOf(error)));
}

function brokerOf(brokers: Brokers, id: number | undefined): Brokers[number] {
  const broker = brokers.find((each) => each.id === id);
  if (broker !== undefined) return broker;
  throw new DiagnosticError({ message: `there is no broker ${id}; there are 1 to ${brokers.length}` });
}

const majorityOf = (brokers: Brokers): number => Math.floor(brokers.length / 2) + 1;

/** Those that have a process, which votes in the quorum soon if it does not yet. */
const aliveOf = (brokers: Brokers): number => brokers.filter(({ pid }) => pid !== undefined).length;

function missingMajority(brokers: Brokers): string | undefined {
  const [alive, majority] = [aliveOf(brokers), majorityOf(brokers)];
  if (alive >= majority || brokers.length === 1) return undefined;
  const stopped = brokers.filter(({ pid }) => pid === undefined).map((broker) => broker.id);
  return (
    `the quorum has no majority: ${alive} of ${brokers.length} brokers are there, and ${majority} have to be, before any ` +
    `of them serves; start ${stopped.length === 1 ? 'broker' : 'brokers'} ${stopped.join(' or ')}, or with millrace ` +
    'cluster start all that are stopped'
  );
}

/** A cluster of one is asked to end when its broker is. */
function refuseLossOfMajority(brokers: Brokers, broker: Brokers[number], action: 'stop' | 'restart'): void {
  const [alive, majority] = [aliveOf(brokers), majorityOf(brokers)];
  if (brokers.length === 1 || broker.pid === undefined || alive < majority || alive - 1 >= majority) return;
  throw new OperationalError(
    'NO_MAJORITY',
    `without broker ${broker.id} the quorum has no majority: ${alive - 1} of ${brokers.length} brokers would be there, and ` +
      `${majority} have to be; nothing can be elected or created then. Start another first, or ${action} it with --force`,
    { retriable: true },
  );
}

export const statusOf = (broker: Brokers[number]): BrokerStatus => ({
  broker: broker.id,
  state: broker.state,
  pid: broker.pid ?? null,
  kafka: broker.address ?? null,
  restarts: broker.restarts,
});
