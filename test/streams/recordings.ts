import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

export type Output = readonly [key: string | null, value: string | null, timestamp: number];

export interface Step {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly ts: number;
  readonly out: readonly Output[];
}

export interface Run {
  readonly cached: boolean;
  readonly steps: readonly Step[];
}

export interface Recording {
  readonly name: string;
  /** What Kafka Streams' Topology.describe() printed. */
  readonly describe: string;
  readonly runs: readonly Run[];
}

const given = process.env['STREAMS_RECORDINGS'];
const files =
  given === undefined
    ? ['kafka-streams-4.3.1', 'kafka-streams-4.3.1-state'].map((name) =>
        path.join(import.meta.dirname, `recordings/${name}.json.gz`),
      )
    : [given];

/**
 * What Apache Kafka Streams 4.3.1's own TopologyTestDriver answered, step by step, to random records (late ones, null
 * keys and null values among them) for the topologies of `oracle-topologies.ts`, with caching and without.
 */
export function readRecordings(): readonly Recording[] {
  return files.flatMap((file) => {
    const bytes = readFileSync(file);
    return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()) as Recording[];
  });
}

/** Look for closed windows and unmatched records after every record, not once a second. */
export const EMIT_ALWAYS = {
  '__emit.interval.ms.kstreams.outer.join.spurious.results.fix__': 0,
  '__emit.interval.ms.kstreams.windowed.aggregation__': 0,
};

/** The steps up to one, to be repeated by hand. */
export function historyOf(run: Run, last: number): string {
  const steps = run.steps
    .slice(0, last + 1)
    .map(({ topic, key, value, ts }) => `${topic} ${key} ${value} @${ts}`);
  return `cached ${run.cached}, after:\n${steps.join('\n')}`;
}
