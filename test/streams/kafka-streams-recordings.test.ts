import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Serdes, StreamsBuilder } from '../../src/streams/index.ts';
import { TopologyTestDriver } from '../../src/streams/testing/index.ts';
import { topologies } from './oracle-topologies.ts';

type Output = readonly [key: string | null, value: string | null, timestamp: number];

interface Step {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly ts: number;
  readonly out: readonly Output[];
}

interface Recording {
  readonly name: string;
  /** What Kafka Streams' Topology.describe() printed. */
  readonly describe: string;
  readonly runs: readonly { readonly cached: boolean; readonly steps: readonly Step[] }[];
}

/**
 * What Apache Kafka Streams 4.3.1's own TopologyTestDriver answered, step by step, to random records (late ones, null
 * keys and null values among them) for some sixty topologies, with caching and without.
 */
const file =
  process.env['STREAMS_RECORDINGS'] ??
  path.join(import.meta.dirname, 'recordings/kafka-streams-4.3.1.json.gz');
const bytes = readFileSync(file);
const recordings = JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()) as Recording[];

const serdes = { keySerde: Serdes.string, valueSerde: Serdes.string };
const FREQUENT = {
  '__emit.interval.ms.kstreams.outer.join.spurious.results.fix__': 0,
  '__emit.interval.ms.kstreams.windowed.aggregation__': 0,
};

function build(name: string): StreamsBuilder {
  const builder = new StreamsBuilder();
  topologies[name]?.(builder);
  return builder;
}

function replay(name: string, run: Recording['runs'][number]): Output[][] {
  const driver = new TopologyTestDriver(build(name).build(), {
    cachingEnabled: run.cached,
    config: FREQUENT,
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
      run.steps.forEach((step, i) => {
        const history = run.steps
          .slice(0, i + 1)
          .map(({ topic, key, value, ts }) => `${topic} ${key} ${value} @${ts}`);
        expect(answers[i], `cached ${run.cached}, after:\n${history.join('\n')}`).toEqual(step.out);
      });
    }
  });
});

describe('describe() prints what Kafka Streams prints', () => {
  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (name, recording) => {
    expect(build(name).build().describe()).toBe(recording.describe);
  });
});
