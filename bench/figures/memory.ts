import type { Admin } from '../../src/client/index.ts';
import { bothBrokers, withAdmin } from '../harness/brokers.ts';
import type { Figure } from '../harness/figure.ts';

const TOPICS = 100;
const PARTITIONS_PER_TOPIC = 100;
/** How long ten thousand partitions may take to have leaders. */
const LEADERS_MS_MAX = 120_000;

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3_000));

export const memoryIdle: Figure = {
  name: 'memory, resident, idle',
  unit: 'MB',
  bound: { atMost: 0.2 },
  prepare: (size) =>
    bothBrokers(size, async (broker) => {
      await settled();
      return broker.process.residentBytes() / 1_000_000;
    }),
};

export const memoryPartitions: Figure = {
  name: 'memory, resident, with 10,000 partitions',
  unit: 'MB',
  bound: { atMost: 0.3 },
  prepare: (size) =>
    bothBrokers(size, async (broker, run) => {
      if (run === 0) await createPartitions(broker.bootstrap);
      await settled();
      return broker.process.residentBytes() / 1_000_000;
    }),
};

/** Ten requests: one for all would take longer than a client waits. */
async function createPartitions(bootstrap: string): Promise<void> {
  const names = Array.from({ length: TOPICS }, (_, i) => `many-${i}`);
  await withAdmin(bootstrap, async (admin) => {
    for (let at = 0; at < TOPICS; at += 10) {
      await admin.createTopics(
        names
          .slice(at, at + 10)
          .map((name) => ({ name, partitions: PARTITIONS_PER_TOPIC, replicationFactor: 1 })),
      );
    }
    await allHaveLeaders(admin, `many-${TOPICS - 1}`);
  });
}

/**
 * The topic that was made last has its leaders when all have. Apache Kafka answers creations before its broker knows of them,
 * and with thousands of partitions it takes longer than our client looks for a topic.
 */
async function allHaveLeaders(admin: Admin, topic: string): Promise<void> {
  const ends = Array.from({ length: PARTITIONS_PER_TOPIC }, (_, partition) => ({
    topic,
    partition,
    spec: 'latest' as const,
  }));
  const endMs = performance.now() + LEADERS_MS_MAX;
  for (;;) {
    try {
      await admin.listOffsets(ends);
      return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
  }
}
