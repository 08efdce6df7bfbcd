import { appProcess, reportOf } from '../harness/apps.ts';
import { type BrokerUnderTest, bothBrokers, createTopic, withAdmin } from '../harness/brokers.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';

const TOPICS = 1_000;
const TOPICS_PER_REQUEST = 50;

/** One thousand topics are created and deleted, while another client produces one record after the other. */
export const { topicsTime, topicsLatency } = figuresOfSameRuns(
  {
    topicsTime: {
      name: 'topics, 1,000 created and deleted, 1 partition each',
      unit: 's',
      bound: { atMost: 1 },
    },
    topicsLatency: {
      name: 'topics, p99 of another client that produces meanwhile',
      unit: 'ms',
      bound: { oursAtMost: 50 },
    },
  },
  (size) =>
    bothBrokers(size, async (broker, run) => {
      const bystanders = `bystander-${run}`;
      await createTopic(broker.bootstrap, bystanders, 1);
      const bystander = appProcess('produce-latency', [broker.bootstrap, bystanders]);
      await bystander.waitFor(/started/);
      const beganMs = performance.now();
      await createAndDelete(broker, run);
      const seconds = (performance.now() - beganMs) / 1_000;
      await bystander.stop('SIGTERM');
      return { topicsTime: seconds, topicsLatency: reportOf(bystander.text, 'p99Ms') };
    }),
);

async function createAndDelete({ bootstrap }: BrokerUnderTest, run: number): Promise<void> {
  const groups = Array.from({ length: TOPICS / TOPICS_PER_REQUEST }, (_, group) =>
    Array.from({ length: TOPICS_PER_REQUEST }, (_unused, i) => `topic-${run}-${group}-${i}`),
  );
  await withAdmin(bootstrap, async (admin) => {
    for (const names of groups)
      await admin.createTopics(names.map((name) => ({ name, partitions: 1, replicationFactor: 1 })));
    for (const names of groups) await admin.deleteTopics(names);
  });
}
