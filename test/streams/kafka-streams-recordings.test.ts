import { describe, expect, it } from 'vitest';
import { Serdes, StreamsBuilder } from '../../src/streams/index.ts';
import { TopologyTestDriver } from '../../src/streams/testing/index.ts';
import { topologies } from './oracle-topologies.ts';
import { historyOf, readRecordings, type Output, type Run } from './recordings.ts';

const recordings = readRecordings();
const serdes = { keySerde: Serdes.string, valueSerde: Serdes.string };

function build(name: string): StreamsBuilder {
  const builder = new StreamsBuilder();
  topologies[name]?.(builder);
  return builder;
}

function replay(name: string, run: Run): Output[][] {
  const driver = new TopologyTestDriver(build(name).build(), {
    cachingEnabled: run.cached,
  });
  const output = driver.createOutputTopic('out', serdes);
  return run.steps.map((step): Output[] => {
    try {
      driver.createInputTopic(step.topic, serdes).pipeInput(step.key, step.value, { timestamp: step.ts });
    } catch {
      return [['error', step.out[0]?.[1] ?? null, -1]];
    }
    return output.readRecords().map(({ key, value, timestamp }): Output => [key, value, timestamp]);
  });
}

describe('topologies answer what Kafka Streams answers', () => {
  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (name, recording) => {
    expect(topologies[name], `no topology ${name}`).toBeDefined();
    for (const run of recording.runs) {
      expect(run.steps.length).toBeGreaterThan(0);
      const answers = replay(name, run);
      run.steps.forEach((step, i) => expect(answers[i], historyOf(run, i)).toEqual(step.out));
    }
  });
});

describe('describe() prints what Kafka Streams prints', () => {
  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (name, recording) => {
    expect(build(name).build().describe()).toBe(recording.describe);
  });
});
