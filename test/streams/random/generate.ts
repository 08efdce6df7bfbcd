import { SeededRandom } from '../../sim/seeded-random.ts';
import { keyFunctions, predicates, valueFunctions } from './functions.ts';
import type { Case, InputStep, Program, ProgramStep } from './program.ts';

/** How programs and records are made. */
export interface Taste {
  /** Operators that may be taken, with their shapes; all of them by default. */
  readonly operators?: readonly string[];
  readonly stepsMax: number;
  readonly recordsMax: number;
  /** Most sources of a program. */
  readonly sourcesMax: number;
  /** Kinds of sources; all of them by default. */
  readonly sources?: readonly ('stream' | 'table' | 'versioned')[];
}

const KEYS = Object.keys(keyFunctions);
const VALUES = Object.keys(valueFunctions);
const PREDICATES = Object.keys(predicates);
const JOINS = ['inner', 'left', 'outer'];
const SOURCES = ['stream', 'stream', 'stream', 'table', 'table', 'versioned'] as const;

type Words = (random: SeededRandom) => readonly (string | number)[];

/** Operators: what they take, what they make, their settings, and whether their store may have a name. */
const OPERATORS: Readonly<
  Record<
    string,
    { readonly takes: string; readonly makes: string; readonly words?: Words; readonly stored?: true }
  >
> = {
  filter: { takes: 's', makes: 's', words: (random) => [random.pick(PREDICATES)] },
  filterNot: { takes: 's', makes: 's', words: (random) => [random.pick(PREDICATES)] },
  mapValues: { takes: 's', makes: 's', words: (random) => [random.pick(VALUES)] },
  flatMapValues: { takes: 's', makes: 's' },
  selectKey: { takes: 's', makes: 's', words: (random) => [random.pick(KEYS)] },
  map: { takes: 's', makes: 's', words: (random) => [random.pick(KEYS), random.pick(VALUES)] },
  flatMap: { takes: 's', makes: 's', words: (random) => [random.pick(KEYS)] },
  merge: { takes: 'ss', makes: 's' },
  branch: { takes: 's', makes: 's', words: (random) => [random.pick(PREDICATES), random.int(2)] },
  repartition: { takes: 's', makes: 's' },
  process: { takes: 's', makes: 's' },
  processValues: { takes: 's', makes: 's' },
  toTable: { takes: 's', makes: 't', stored: true },
  aggregate: {
    takes: 's',
    makes: 't',
    words: (random) => [
      random.pick(['count', 'reduce', 'aggregate', 'collect']),
      random.pick(['key', 'key', ...KEYS]),
    ],
    stored: true,
  },
  windowed: {
    takes: 's',
    makes: 'w',
    words: (random) => [
      random.pick(['count', 'reduce', 'aggregate']),
      ...random.pick([
        ['tumbling', 10, 10],
        ['hopping', 10, 4],
        ['hopping', 6, 3],
      ]),
      random.int(8),
      random.pick(['update', 'update', 'final', 'suppressed']),
    ],
    stored: true,
  },
  sessions: {
    takes: 's',
    makes: 'w',
    words: (random) => [
      random.pick(['count', 'reduce', 'aggregate']),
      2 + random.int(6),
      random.int(10),
      random.pick(['update', 'update', 'final', 'suppressed']),
    ],
    stored: true,
  },
  join: {
    takes: 'ss',
    makes: 's',
    words: (random) => [
      random.pick(JOINS),
      1 + random.int(7),
      random.int(7),
      random.pick(['0', String(random.int(9)), 'eager']),
    ],
    stored: true,
  },
  lookUp: { takes: 'st', makes: 's', words: (random) => [random.pick(['inner', 'left'])] },
  toStream: { takes: 't', makes: 's' },
  tableFilter: { takes: 't', makes: 't', words: (random) => [random.pick(PREDICATES)], stored: true },
  tableMap: { takes: 't', makes: 't', words: (random) => [random.pick(VALUES)], stored: true },
  tableJoin: { takes: 'tt', makes: 't', words: (random) => [random.pick(JOINS)], stored: true },
  foreignKey: { takes: 'tt', makes: 't', words: (random) => [random.pick(['inner', 'left'])], stored: true },
  tableAggregate: {
    takes: 't',
    makes: 't',
    words: (random) => [random.pick(['count', 'reduce', 'aggregate']), random.pick(KEYS)],
    stored: true,
  },
  suppress: {
    takes: 't',
    makes: 't',
    words: (random) => (random.chance(0.5) ? [random.int(9)] : [random.int(9), 1 + random.int(3)]),
  },
  windowStream: { takes: 'w', makes: 's' },
  windowAggregate: { takes: 'w', makes: 't', stored: true },
};

/** Forms of an operator with some of its settings. */
const FORMS: typeof OPERATORS = {
  collect: {
    takes: 's',
    makes: 't',
    words: (random) => ['collect', random.pick(['key', ...KEYS])],
    stored: true,
  },
  counted: {
    takes: 's',
    makes: 't',
    words: (random) => ['count', random.pick(['key', ...KEYS])],
    stored: true,
  },
};
const FORM_OF: Readonly<Record<string, string>> = {
  collect: 'aggregate',
  counted: 'aggregate',
};

export const ALL_OPERATORS: readonly string[] = Object.keys(OPERATORS);

const DEFAULT_TASTE: Taste = { stepsMax: 8, recordsMax: 50, sourcesMax: 3 };

/** Makes one case of a seed. */
export function randomCase(seed: number, taste: Taste = DEFAULT_TASTE): Case {
  const random = new SeededRandom(seed);
  const program = randomProgram(random, taste);
  const topics = program.flatMap(({ operator, words }) =>
    ['stream', 'table', 'versioned'].includes(operator) ? [words[0] ?? ''] : [],
  );
  return {
    program,
    cached: random.chance(0.5),
    records: randomRecords(random, topics, 10 + random.int(taste.recordsMax - 9)),
  };
}

function randomProgram(random: SeededRandom, taste: Taste): Program {
  const steps: ProgramStep[] = [];
  const names = storeNames(random);
  const ids: Record<string, string[]> = { s: [], t: [], w: [] };
  const versioned = new Set<string>();
  const add = (shape: string, step: Omit<ProgramStep, 'id'>): string => {
    const id = `${shape}${steps.length}`;
    steps.push({ id, ...step });
    ids[shape]?.push(id);
    return id;
  };
  const named = (): readonly string[] => [
    ...(random.chance(0.5) ? [`!${names()}`] : []),
    ...(random.chance(0.15) ? ['nocache'] : []),
  ];
  for (let i = 0, count = 1 + random.int(taste.sourcesMax); i < count; i++) {
    const chosen = random.pick(SOURCES);
    const kind = taste.sources?.includes(chosen) === false ? 'table' : chosen;
    if (kind === 'stream') add('s', { operator: 'stream', inputs: [], words: [`in-${i}`] });
    else if (kind === 'table') add('t', { operator: 'table', inputs: [], words: [`in-${i}`, ...named()] });
    else {
      const words = [`in-${i}`, String(5 + random.int(40)), `!${names()}`];
      versioned.add(add('t', { operator: 'versioned', inputs: [], words }));
    }
  }
  const allowed = taste.operators ?? ALL_OPERATORS;
  for (
    let made = 0, tries = 0, count = 1 + random.int(taste.stepsMax);
    made < count && tries < 200;
    tries++
  ) {
    const operator = random.pick(allowed);
    const { takes = '', makes = '', words, stored } = OPERATORS[operator] ?? FORMS[operator] ?? {};
    const inputs = takes.split('').map((shape) => pickLate(random, ids[shape] ?? []));
    if (inputs.some((id) => id === undefined)) continue;
    if (takesOldValues(operator) && inputs.some((id) => isSuppressed(id, steps))) continue;
    const settings = (words?.(random) ?? []).map(String);
    if (operator === 'lookUp' && versioned.has(inputs[1] ?? '') && random.chance(0.5))
      settings.push(String(random.int(5)));
    add(makes, {
      operator: FORM_OF[operator] ?? operator,
      inputs: inputs as readonly string[],
      words: [...settings, ...(stored ? named() : [])],
    });
    made++;
  }
  return withOutputs(steps);
}

/**
 * Of a row that was held back Kafka Streams takes away what it never added, and we what was added (docs/guides/from-kafka-streams.md): such
 * programs differ.
 */
const takesOldValues = (operator: string): boolean =>
  ['tableAggregate', 'windowAggregate', 'tableJoin', 'tableFilter', 'foreignKey'].includes(operator);

function isSuppressed(id: string | undefined, steps: readonly ProgramStep[]): boolean {
  const step = steps.find((each) => each.id === id);
  if (step === undefined || step.id.startsWith('s')) return false;
  if (step.operator === 'suppress' || step.words.includes('suppressed')) return true;
  return step.inputs.some((input) => isSuppressed(input, steps));
}

/** Later results more often, so that programs get deep. */
function pickLate(random: SeededRandom, ids: readonly string[]): string | undefined {
  return ids[Math.max(random.int(ids.length), random.int(ids.length))];
}

/** Whatever nothing reads is written to a topic. */
function withOutputs(steps: readonly ProgramStep[]): Program {
  const read = new Set(steps.flatMap(({ inputs }) => inputs));
  const all = [...steps];
  let outputs = 0;
  for (const { id } of steps) {
    if (read.has(id) || id.startsWith('o')) continue;
    let stream = id;
    if (!id.startsWith('s')) {
      stream = `s${all.length}`;
      all.push({
        id: stream,
        operator: id.startsWith('t') ? 'toStream' : 'windowStream',
        inputs: [id],
        words: [],
      });
    }
    all.push({ id: `o${all.length}`, operator: 'to', inputs: [stream], words: [`out-${outputs++}`] });
  }
  return all;
}

/** Names in no order: stores are flushed in the order of the topology, whatever they are called. */
function storeNames(random: SeededRandom): () => string {
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  return () => `${letters.splice(random.int(letters.length), 1)[0] ?? 'z'}-store-${letters.length}`;
}

/** Keys few enough to meet, nulls, late records, and now and then a jump. */
function randomRecords(random: SeededRandom, topics: readonly string[], count: number): readonly InputStep[] {
  let now = 10;
  return Array.from({ length: count }, () => {
    if (random.chance(0.05)) now += 40;
    else now += random.int(5);
    const isLate = random.chance(0.2);
    return {
      topic: random.pick(topics),
      key: random.chance(0.04) ? null : random.pick(['a', 'b', 'c', 'd']),
      value: random.chance(0.12) ? null : `v${random.int(8)}`,
      timestamp: isLate ? Math.max(0, now - random.int(30)) : now,
      header: random.chance(0.2) ? String(random.int(10)) : undefined,
    };
  });
}
