import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import type { Peer } from './peer.ts';
import { makeTopic } from './record-requests.ts';
import { noteGroup, noteTopic } from './transaction-notes.ts';
import { TransactionalProducer } from './transactional-producer.ts';

const PARTITIONS = [0, 1, 2];
const STEPS = 25;

interface Actor {
  readonly producer: TransactionalProducer;
  readonly groupId: string;
  readonly isTv2: boolean;
}

/** Two producers that do what comes to their minds; the same seed, the same requests. Notes what a reader sees in between. */
export async function runSequence(peer: Peer, seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const topic = `sequence-${seed}`;
  await makeTopic(peer, topic, PARTITIONS.length);
  const actors: Actor[] = [];
  for (const name of ['a', 'b']) {
    const producer = new TransactionalProducer(peer, topic, `${topic}-${name}`);
    const groupId = `${topic}-${name}`;
    await peer.send(findCoordinator, 4, { keyType: 1, coordinatorKeys: [producer.transactionalId] });
    await peer.send(findCoordinator, 4, { keyType: 0, coordinatorKeys: [groupId] });
    await producer.init();
    await producer.init();
    actors.push({ producer, groupId, isTv2: random.int(2) === 0 });
  }
  for (let step = 0; step < STEPS; step++) {
    const actor = actors[random.int(actors.length)];
    if (actor !== undefined) await act(actor, random, step);
    if (random.int(5) === 0) await noteTopic(peer, topic, [PARTITIONS[random.int(PARTITIONS.length)] ?? 0]);
  }
  for (const { producer, isTv2 } of actors) await producer.end(random.int(2) === 0, isTv2 ? 5 : 3);
  await noteTopic(peer, topic, PARTITIONS);
  const writers = actors.map(({ producer }) => producer);
  for (const { groupId } of actors) await noteGroup(peer, groupId, writers);
}

async function act({ producer, groupId, isTv2 }: Actor, random: SeededRandom, step: number): Promise<void> {
  const index = PARTITIONS[random.int(PARTITIONS.length)] ?? 0;
  const sequence = producer.sequences.get(index) ?? 0;
  const version = isTv2 ? 12 + random.int(2) : 9 + random.int(3);
  const offsetVersion = isTv2 ? 5 : 3 + random.int(2);
  const value = `step ${step}`;
  switch (random.int(16)) {
    case 0:
      return producer.init(isTv2 ? 5 : 4);
    case 1:
    case 2:
      return producer.addPartition(index);
    case 3:
      return producer.send(version, index, [value], {
        producerEpoch: producer.producerEpoch + random.int(3) - 1,
      });
    case 4:
      return producer.send(version, index, [value], {
        baseSequence: Math.max(0, sequence + random.int(4) - 2),
      });
    case 5:
      return producer.send(version, index, [value], { isTransactional: false });
    case 6:
    case 7:
    case 8:
      return producer.end(random.int(2) === 0, isTv2 ? 5 : 3);
    case 9:
      return isTv2 ? producer.commitOffset(5, groupId, step) : producer.addOffsets(groupId);
    case 10:
      return producer.commitOffset(offsetVersion, groupId, step);
    case 11:
      // One of a newer epoch than the coordinator's would leave its own markers refused: Kafka's transaction then never ends.
      return producer.mark(1, index, {
        producerEpoch: producer.producerEpoch + random.int(2) - 1,
        transactionResult: random.int(2) === 0,
      });
    case 12:
      return noteGroup(producer.peer, groupId, [producer]);
    default:
      return producer.send(version, index, [value, value]);
  }
}
