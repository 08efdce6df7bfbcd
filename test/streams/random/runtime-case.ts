import { AT_LEAST_ONCE } from '../../../src/streams/runtime/commit-protocol.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import type { Topology } from '../../../src/streams/index.ts';
import { buildProgram } from './build-program.ts';
import { ALL_OPERATORS, randomCase, type Taste } from './generate.ts';
import type { Case, Program } from './program.ts';

type CommitStep = (typeof AT_LEAST_ONCE)[number];

/** One run of the application: how it commits, how far it gets, and how it ends. */
export interface Life {
  readonly members: 1 | 2;
  readonly commitIntervalMs: number;
  /** Beyond so many waiting records a partition is held back. */
  readonly bufferedRecordsMax: number;
  /** Records that it processes before it ends, if there are so many. */
  readonly processedMax: number;
  /** Where a commit is cut off, the how manieth; undefined: it is closed. */
  readonly cut:
    | { readonly step: CommitStep; readonly when: 'before' | 'after'; readonly commit: number }
    | undefined;
  /** Whether it finds the state of the lives before it, or a folder that is empty. */
  readonly keepsState: boolean;
}

/**
 * What must hold of a program:
 *
 * - `exact`: without a cache, and with nothing but clean closes, each topic has the very records of the test driver;
 * - `final`: with clean closes and rebalances, the last value of each key is the test driver's;
 * - `idempotent`: the same, though commits are cut off and records are processed again.
 */
export type Guarantee = 'exact' | 'final' | 'idempotent';

export interface RuntimeCase {
  readonly seed: number;
  readonly promise: Guarantee;
  readonly given: Case;
  readonly partitions: number;
  readonly lives: readonly Life[];
}

/** Their result for a key hangs on what came for it last, or on the set of what came, and not on the order among keys. */
const IDEMPOTENT: Taste = {
  operators: [
    'filter',
    'filterNot',
    'flatMapValues',
    'branch',
    'merge',
    'repartition',
    'collect',
    'tableFilter',
    'tableMap',
    'tableJoin',
    'foreignKey',
  ],
  sources: ['stream', 'table'],
  stepsMax: 6,
  recordsMax: 80,
  sourcesMax: 3,
};

/** No rows of tables are counted: a group that has been empty says 0, and one that a cache has never seen says nothing. */
const FINAL: Taste = { ...IDEMPOTENT, operators: [...(IDEMPOTENT.operators ?? []), 'counted'] };

const EXACT: Taste = { operators: ALL_OPERATORS, stepsMax: 6, recordsMax: 80, sourcesMax: 3 };

/** Programs that are no good are passed over, by so much. */
const SEED_STEP = 1_000_003;

/** Makes a case of a seed. */
export function randomRuntimeCase(seed: number, guarantee?: Guarantee): RuntimeCase {
  const random = new SeededRandom(seed);
  const chosen = guarantee ?? random.pick(['exact', 'final', 'idempotent'] as const);
  const given = distinctTimes(randomDecidedCase(seed, chosen));
  const cached = chosen === 'exact' ? false : given.cached;
  const partitions = chosen === 'exact' && !isWithoutRepartition(given.program) ? 1 : 1 + random.int(3);
  const lives = Array.from({ length: 1 + random.int(3) }, () => randomLife(random, chosen));
  return { seed, promise: chosen, given: { ...given, cached }, partitions, lives };
}

/** A case whose results are decided by its records, however tasks and topics take turns. */
function randomDecidedCase(seed: number, guarantee: Guarantee): Case {
  const taste = { exact: EXACT, final: FINAL, idempotent: IDEMPOTENT }[guarantee];
  const isDecided = guarantee === 'exact' ? isOrdered : isConvergent;
  for (let at = seed; ; at += SEED_STEP) {
    const given = randomCase(at, taste);
    if (isDecided(given.program)) return given;
  }
}

/** Whether no task waits for records of others beside those of its own: they could come in any order. */
function isOrdered(program: Program): boolean {
  let topology: Topology;
  try {
    topology = buildProgram(program);
  } catch {
    // One that the DSL refuses.
    return false;
  }
  // Without a cache the test driver, like that of Kafka Streams, loses final results that an application has.
  if (program.some(({ words }) => words.includes('final'))) return false;
  return topology.subtopologies.every(({ nodes }) => {
    const topics = nodes.flatMap((name) => {
      const node = topology.nodes.get(name);
      return node?.kind === 'source' ? node.topics : [];
    });
    return topics.length === 1 || !topics.some((topic) => topology.repartitionTopics.has(topic));
  });
}

/**
 * Whether no table is joined with itself: both sides see a deletion done, and neither passes it on, in Kafka Streams too, so
 * that it hangs on caches and on turns what stays.
 */
function isConvergent(program: Program): boolean {
  const sources = new Map<string, ReadonlySet<string>>();
  return program.every(({ id, operator, inputs }) => {
    const [first = new Set<string>(), second = new Set<string>()] = inputs.map(
      (input) => sources.get(input) ?? new Set<string>(),
    );
    sources.set(id, new Set([id, ...first, ...second]));
    return operator !== 'tableJoin' || ![...first].some((each) => second.has(each));
  });
}

function randomLife(random: SeededRandom, promise: Guarantee): Life {
  const isCut = promise === 'idempotent' && random.chance(0.7);
  const commitIntervalMs = random.pick([0, 5, 60_000]);
  return {
    // With another member a partition moves in the middle of things, and the order of results is not that of one.
    members: promise !== 'exact' && random.chance(0.3) ? 2 : 1,
    commitIntervalMs,
    bufferedRecordsMax: random.pick([1, 10, 1_000]),
    processedMax: 1 + random.int(60),
    cut: isCut
      ? {
          step: random.pick(AT_LEAST_ONCE),
          when: random.pick(['before', 'after'] as const),
          commit: commitIntervalMs === 60_000 ? 0 : random.int(6),
        }
      : undefined,
    keepsState: random.chance(0.6),
  };
}

/** Records of several topics are taken in the order of their times: two of one time could come either way. */
function distinctTimes(given: Case): Case {
  const topics = [...new Set(given.records.map(({ topic }) => topic))].sort();
  return {
    ...given,
    records: given.records.map((record) => ({
      ...record,
      timestamp: record.timestamp * topics.length + topics.indexOf(record.topic),
    })),
  };
}

const REPARTITIONING = ['repartition', 'foreignKey', 'tableAggregate', 'windowAggregate'];
const REKEYING = ['selectKey', 'map', 'flatMap', 'process'];

/** Whether every task has to do with its own partition only. Careful: some that it denies would be. */
function isWithoutRepartition(program: Program): boolean {
  return program.every(
    ({ operator, words }) =>
      !REPARTITIONING.includes(operator) &&
      !REKEYING.includes(operator) &&
      (operator !== 'aggregate' || words[1] === 'key') &&
      operator !== 'windowStream',
  );
}
