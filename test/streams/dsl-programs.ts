/**
 * Small programs in the DSL, as text: a step is an operator, the numbers of the streams or tables that it takes, and a
 * name after `@`. DslPrograms.java runs the same text in Kafka Streams.
 */
import {
  JoinWindows,
  type KStream,
  type KTable,
  portable,
  Serdes,
  StreamsBuilder,
  TimeWindows,
  type Windowed,
} from '../../src/streams/index.ts';

const S = { keySerde: Serdes.string, valueSerde: Serdes.string };
const SJ = { ...S, otherValueSerde: Serdes.string };
const strings = { valueSerde: Serdes.string };
const windows = JoinWindows.ofTimeDifferenceWithNoGrace(10);
const joiner = (left: string | null, right: string | null): string => `${left}${right}`;
const yes = (): boolean => true;
const same = (value: string): string => value;
const pair = (key: string, value: string) => [key, value] as const;
const valueOf = (_key: string, value: string): string => value;
const last = (_left: string, right: string): string => right;
const keyOf = ({ key }: Windowed<string>): string => key;

/** What the programs give to operators: so they can be told to another process. */
export const functions = portable('test:dsl-programs', {
  joiner,
  yes,
  same,
  pair,
  valueOf,
  last,
  keyOf,
  String,
});

interface Program {
  readonly builder: StreamsBuilder;
  readonly streams: KStream<string, string>[];
  readonly tables: KTable<string, string>[];
}

interface Step {
  readonly s: KStream<string, string>;
  readonly s2: KStream<string, string>;
  readonly t: KTable<string, string>;
  readonly t2: KTable<string, string>;
  readonly word: string;
  readonly topic: string;
  readonly named: { readonly name?: string };
}

type Made = KStream<string, string> | KTable<string, string> | readonly KStream<string, string>[] | void;

/** The changes of a table. None of the programs runs, so that deletions may go without a type. */
const told = (
  table: KTable<string, string>,
  named: { readonly name?: string } = {},
): KStream<string, string> => table.toStream(named) as unknown as KStream<string, string>;

const counted = (table: KTable<string, number>): KStream<string, string> =>
  table.toStream().mapValues(String, strings);

/** What each operator takes, s for a stream and t for a table, and what it does. */
const OPERATORS: Readonly<
  Record<string, readonly [takes: string, run: (program: Program, step: Step) => Made, isNamed?: boolean]>
> = {
  filter: ['s', (_p, { s, named }) => s.filter(yes, named)],
  mapValues: ['s', (_p, { s, named }) => s.mapValues(same, { ...strings, ...named })],
  map: ['s', (_p, { s, named }) => s.map(pair, { ...S, ...named })],
  selectKey: ['s', (_p, { s, named }) => s.selectKey(valueOf, { ...S, ...named })],
  merge: ['ss', (_p, { s, s2, named }) => s.merge(s2, named)],
  split: [
    's',
    (_p, { s, named }) => {
      const branches = s.split(named).branch(yes).defaultBranch();
      return [...branches.keys()].sort().flatMap((name) => branches.get(name) ?? []);
    },
  ],
  repartition: ['s', (_p, { s, named }) => s.repartition({ ...S, ...named })],
  to: ['s', (_p, { s, topic }) => s.to(topic, S)],
  count: ['s', (_p, { s, named }) => counted(s.groupByKey({ ...S, ...named }).count())],
  countBy: ['s', (_p, { s, named }) => counted(s.groupBy(valueOf, { ...S, ...named }).count())],
  countTwice: [
    's',
    (_p, { s, named }) => {
      const group = s.groupBy(valueOf, { ...S, ...named });
      return [counted(group.count()), told(group.reduce(last))];
    },
  ],
  countStored: [
    's',
    (_p, { s, named }) => counted(s.groupByKey(S).count({ storeName: named.name ?? 'x' })),
    true,
  ],
  windowed: [
    's',
    (_p, { s, named }) => {
      const group = s.groupByKey({ ...S, ...named }).windowedBy(TimeWindows.ofSizeWithNoGrace(10));
      return group.count().toStream(keyOf).mapValues(String, strings);
    },
  ],
  join: ['ss', (_p, { s, s2, named }) => s.join(s2, joiner, windows, { ...SJ, ...named })],
  leftJoin: ['ss', (_p, { s, s2, named }) => s.leftJoin(s2, joiner, windows, { ...SJ, ...named })],
  outerJoin: ['ss', (_p, { s, s2, named }) => s.outerJoin(s2, joiner, windows, { ...SJ, ...named })],
  lookUp: ['st', (_p, { s, t2, named }) => s.join(t2, joiner, { ...SJ, ...named })],
  lookUpLeft: ['st', (_p, { s, t2, named }) => s.leftJoin(t2, joiner, { ...SJ, ...named })],
  toTable: ['s', (_p, { s, named }) => s.toTable({ ...S, ...named })],
  toStream: ['t', (_p, { t, named }) => told(t, named)],
  tableFilter: ['t', (_p, { t, named }) => t.filter(yes, named)],
  tableFilterStored: ['t', (_p, { t, named }) => t.filter(yes, { storeName: named.name ?? 'x' }), true],
  tableMapValues: ['t', (_p, { t, named }) => told(t.mapValues(same, named))],
  tableJoin: ['tt', (_p, { t, t2, named }) => told(t.join(t2, joiner, named))],
  tableLeftJoin: ['tt', (_p, { t, t2, named }) => told(t.leftJoin(t2, joiner, named))],
  tableOuterJoin: ['tt', (_p, { t, t2, named }) => told(t.outerJoin(t2, joiner, named))],
  foreignKey: ['tt', (_p, { t, t2, named }) => told(t.join(t2, joiner, { foreignKey: same, ...named }))],
  groupTable: ['t', (_p, { t, named }) => counted(t.groupBy(pair, { ...S, ...named }).count())],
};

function at<T>(list: readonly T[], index: string | undefined): T {
  return list[Number(index)] as T;
}

/** Runs a program in our DSL. */
export function runProgram(text: string): StreamsBuilder {
  return programOf(text).builder;
}

/** Runs a program in our DSL; with the streams that it has made. */
export function programOf(text: string): Program {
  const program: Program = { builder: new StreamsBuilder(), streams: [], tables: [] };
  const { builder, streams, tables } = program;
  for (const step of text.split(';')) {
    const words = step.split(' ');
    const name = words.find((word) => word.startsWith('@'))?.slice(1);
    const [operator = '', a, b = ''] = words.filter((word) => !word.startsWith('@'));
    if (operator === 'stream') streams.push(builder.stream(a ?? '', S));
    else if (operator === 'table') tables.push(builder.table(a ?? '', S));
    else {
      const [, run] = OPERATORS[operator] ?? [];
      if (!run) throw new Error(`no operator ${operator}`);
      const made = run(program, {
        s: at(streams, a),
        s2: at(streams, b),
        t: at(tables, a),
        t2: at(tables, b),
        word: operator,
        topic: b,
        named: name === undefined ? {} : { name },
      });
      for (const each of made === undefined ? [] : Array.isArray(made) ? made : [made]) {
        if ('groupByKey' in each) streams.push(each as KStream<string, string>);
        else tables.push(each as KTable<string, string>);
      }
    }
  }
  return program;
}

/** A program of some 3 to 15 steps. */
export function randomProgram(int: (below: number) => number): string {
  const steps: string[] = [];
  let streams = 0;
  let tables = 0;
  let names = 0;
  for (let i = 0, count = 1 + int(2); i < count; i++) streams = steps.push(`stream topic-${i}`);
  for (let i = 0, count = int(3); i < count; i++, tables++) steps.push(`table rows-${i}`);
  const operators = Object.keys(OPERATORS);
  for (let left = 3 + int(12); left > 0; left--) {
    const operator = operators[int(operators.length)] ?? '';
    const [takes = '', , isNamed = false] = OPERATORS[operator] ?? [];
    if (takes.includes('t') && tables === 0) continue;
    const taken = takes.split('').map((shape) => int(shape === 's' ? streams : tables));
    const name = isNamed || int(4) === 0 ? ` @n${names++}` : '';
    const topic = operator === 'to' ? ` out-${left}` : '';
    steps.push(`${operator} ${taken.join(' ')}${topic}${name}`);
    if (['toTable', 'tableFilter', 'tableFilterStored'].includes(operator)) tables++;
    else if (operator !== 'to') streams += operator === 'split' || operator === 'countTwice' ? 2 : 1;
  }
  return steps.join(';');
}
