import { Serdes, type Topology } from '../../src/streams/index.ts';
import { TopologyTestDriver } from '../../src/streams/testing/index.ts';
import type { SeededRandom } from '../sim/seeded-random.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/**
 * What the topology of a random program writes to some topics, for random records: by topic, in order.
 * @param options - `lateBy`: by how much a record may be older than those before it, in milliseconds
 */
export function resultsOf(
  topology: Topology,
  outputs: readonly string[],
  { random, lateBy }: { readonly random: SeededRandom; readonly lateBy: number },
): readonly string[][] {
  const inputs = [...topology.nodes.values()].flatMap((node) =>
    node.kind === 'source' ? node.topics.filter((topic) => /^(topic|rows)-\d$/.test(topic)) : [],
  );
  const driver = new TopologyTestDriver(topology, { cachingEnabled: false });
  let now = 100;
  for (let i = 0; i < 20; i++) {
    now += random.int(5);
    const topic = inputs[random.int(inputs.length)] ?? '';
    const key = topic.startsWith('topic') && random.int(8) === 0 ? null : `k${random.int(3)}`;
    const value = random.int(10) === 0 ? null : `k${random.int(3)}`;
    const timestamp = random.int(5) === 0 ? now - random.int(lateBy) : now;
    driver.createInputTopic(topic, strings).pipeInput(key, value, { timestamp });
  }
  const read = outputs.map((topic) => driver.createOutputTopic(topic, strings).readRecords());
  driver.close();
  return read.map((records) =>
    records.map(({ key, value, timestamp }) => JSON.stringify([key, value, timestamp])),
  );
}
