import { expect, it } from 'vitest';
import { Admin } from '../../../src/client/index.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { ControlRecordType, controlRecordTypeOf } from '../../../src/protocol/records/control-record.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { coordinatorPartition } from '../../../src/base/java-hash.ts';
import { seedsOf, simulate, type Simulation } from '../simulation.ts';
import { replicaBytes } from './replica-files.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { TransactionClient } from './transaction-client.ts';

const TOPIC = 'records';
const PARTITIONS = [0, 1, 2];
const ID = 'payments';
const STATE_PARTITIONS = 2;
const FINISH_MS = 60_000;

/** The outcomes that a replica of a partition has markers of. */
function outcomesIn(bytes: Buffer): Set<string> {
  const outcomes = new Set<string>();
  for (const batch of batchesOf(bytes)) {
    if (!batch.isControl) continue;
    for (const { key } of decodeBatch(batch)) {
      const type = key === null ? undefined : controlRecordTypeOf(key);
      outcomes.add(type === ControlRecordType.COMMIT ? 'commit' : 'abort');
    }
  }
  return outcomes;
}

/** One transaction over three partitions; whoever coordinates it dies so many events after its end was asked for. */
async function crashAfter(simulation: Simulation, events: number): Promise<void> {
  const violations: string[] = [];
  const cluster = new SimulatedCluster(simulation, {
    violate: (checker, what) => violations.push(`${checker}: ${what}`),
    onController: () => {},
  });
  const { brokerIds, bootstrapServers } = cluster;
  for (const id of brokerIds) cluster.start(id);
  await simulation.run(() => brokerIds.every((id) => cluster.broker(id) !== undefined));
  const { environment } = simulation.host('client');
  const admin = new Admin({ environment, bootstrapServers });
  await simulation.settle(
    admin.createTopics([{ name: TOPIC, partitions: PARTITIONS.length, replicationFactor: brokerIds.length }]),
  );
  const client = new TransactionClient(environment, { transactionalId: ID, bootstrap: bootstrapServers });
  const producer = await simulation.settle(client.init());
  await simulation.settle(client.add(producer, TOPIC, PARTITIONS));
  const committed = simulation.random.chance(0.5);
  const end = client.end(producer, { committed, version: simulation.random.pick([3, 5]) });
  let passed = 0;
  await simulation.run(() => passed++ >= events);
  const statePartition = coordinatorPartition(ID, STATE_PARTITIONS);
  const state = cluster.image?.topicsByName.get('__transaction_state')?.partitions.get(statePartition);
  const coordinator = brokerIds.find((id) => id === state?.leader);
  if (coordinator === undefined) throw new Error('there is no coordinator to kill');
  if (simulation.random.chance(0.5)) cluster.kill(coordinator);
  else cluster.cutPower(coordinator);
  // The producer hears of the outcome, from whichever coordinator.
  await simulation.settle(end, FINISH_MS);
  cluster.start(coordinator);
  await simulation.settle(untilComplete(client, environment.timers), FINISH_MS);
  await simulation.run(() => brokerIds.every((id) => cluster.broker(id) !== undefined));
  const outcome = committed ? 'commit' : 'abort';
  const hasOutcome = (): boolean =>
    brokerIds.every((id) =>
      PARTITIONS.every((partition) => {
        const outcomes = outcomesIn(replicaBytes(cluster, id, `${TOPIC}-${partition}`));
        return outcomes.size === 1 && outcomes.has(outcome);
      }),
    );
  const deadlineMs = simulation.nowMs + FINISH_MS;
  await simulation.run(() => hasOutcome() || simulation.nowMs > deadlineMs);
  expect(hasOutcome(), 'all replicas of all partitions have markers of the one outcome').toBe(true);
  expect(violations).toEqual([]);
  client.close();
  await simulation.settle(admin.close());
}

async function untilComplete(
  client: TransactionClient,
  timers: { sleep(ms: number): Promise<void> },
): Promise<void> {
  while (!(await client.state()).startsWith('Complete')) await timers.sleep(20);
}

it('is finished by the next coordinator, whenever the one before dies', async () => {
  for (const seed of seedsOf(16)) {
    await simulate(seed, import.meta.url, (simulation) => crashAfter(simulation, simulation.random.int(120)));
  }
});
