import { describe, expect, it } from 'vitest';
import { Serdes, StreamsBuilder } from '../../src/streams/index.ts';
import { TopologyTestDriver } from '../../src/streams/testing/index.ts';
import { topologies } from './oracle-topologies.ts';
import { EMIT_ALWAYS, historyOf, readRecordings, type Output, type Run } from './recordings.ts';

const serdes = { keySerde: Serdes.string, valueSerde: Serdes.string };
/**
 * Their unmatched records are told as soon as that can be, after a restart; without one, as in Kafka Streams, some are passed over
 * until the next look: what the last look has seen is not kept.
 */
const EARLIER = /^stream-stream-grace-(left|outer)$/;

const SEED = Number(process.env['STREAMS_SEED'] ?? 1);

/** Numbers from 0 to 1 that look random, the same ones for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Replays a run by one driver after the other, each of which goes on where the one before was closed. */
function replay(name: string, run: Run, random: () => number): Output[][] {
  const open = (resumeFrom?: TopologyTestDriver): TopologyTestDriver => {
    const builder = new StreamsBuilder();
    topologies[name]?.(builder);
    const options = { cachingEnabled: run.cached, config: EMIT_ALWAYS };
    return new TopologyTestDriver(
      builder.build(),
      resumeFrom === undefined ? options : { ...options, resumeFrom },
    );
  };
  let driver = open();
  return run.steps.map((step): Output[] => {
    if (random() < 0.3) {
      driver.close();
      driver = open(driver);
    }
    try {
      driver.createInputTopic(step.topic, serdes).pipeInput(step.key, step.value, { timestamp: step.ts });
    } catch {
      return [['error', step.out[0]?.[1] ?? null, -1]];
    }
    const records = driver.createOutputTopic('out', serdes).readRecords();
    return records.map(({ key, value, timestamp }): Output => [key, value, timestamp]);
  });
}

describe(`topologies answer the same when they are restarted at random (STREAMS_SEED=${SEED})`, () => {
  it.each(
    readRecordings()
      .filter(({ name }) => !EARLIER.test(name))
      .map((recording) => [recording.name, recording] as const),
  )('%s', (name, recording) => {
    const random = randomFrom(SEED);
    for (const run of recording.runs) {
      const answers = replay(name, run, random);
      run.steps.forEach((step, i) => expect(answers[i], historyOf(run, i)).toEqual(step.out));
    }
  });
});
