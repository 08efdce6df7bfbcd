import {
  type BrokerUnderTest,
  kafkaTool,
  sharedBrokers,
  startKafkaTool,
  withTopic,
} from '../harness/brokers.ts';
import type { RunSize } from '../harness/figure.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';

const LOAD_RECORD_BYTES = 1_024;
const LOAD_RECORDS_PER_SECOND = 10_000;
const LOAD_PARTITIONS = 6;

const head = (percentile: string, atMost: number) => ({
  name: `end-to-end latency ${percentile}, 100 B, acks=all, beside 10 MB/s of other load`,
  unit: 'ms',
  bound: { atMost },
});

/** From the sending of a record to its arrival at a consumer, one at a time, while another producer keeps busy. */
export const { latencyMedian, latencyTail, latencyWorst } = figuresOfSameRuns(
  { latencyMedian: head('p50', 1), latencyTail: head('p99', 1), latencyWorst: head('p99.9', 1) },
  (size) =>
    sharedBrokers(size, (broker, run) =>
      withTopic(broker, { topic: `load-${run}`, partitions: LOAD_PARTITIONS }, async () => {
        const load = startLoad(broker, `load-${run}`);
        try {
          await load.waitFor(/records\/sec/);
          return await endToEndLatency(broker, size, run);
        } finally {
          await load.stop('SIGKILL');
        }
      }),
    ),
);

function startLoad({ bootstrap }: BrokerUnderTest, topic: string) {
  return startKafkaTool('org.apache.kafka.tools.ProducerPerformance', [
    ...['--topic', topic, '--num-records', '1000000000', '--record-size', String(LOAD_RECORD_BYTES)],
    ...['--throughput', String(LOAD_RECORDS_PER_SECOND), '--bootstrap-server', bootstrap],
    ...['--command-property', 'acks=1'],
  ]);
}

async function endToEndLatency(broker: BrokerUnderTest, { quick }: RunSize, run: number) {
  const topic = `latency-${run}`;
  const text = await withTopic(broker, { topic, partitions: 1 }, () =>
    kafkaTool('org.apache.kafka.tools.EndToEndLatency', [
      ...[broker.bootstrap, topic, String(quick ? 2_000 : 10_000), 'all', '100'],
    ]),
  );
  const [, p50, p99, p999] = /50th = (\d+), 99th = (\d+), 99\.9th = (\d+)/.exec(text) ?? [];
  // The tool prints whole milliseconds, rounded down: 0 stands for half of one.
  const milliseconds = (whole: string | undefined): number => Number(whole ?? Number.NaN) + 0.5;
  return {
    latencyMedian: milliseconds(p50),
    latencyTail: milliseconds(p99),
    latencyWorst: milliseconds(p999),
  };
}
