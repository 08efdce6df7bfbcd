import {
  type FixedKeyProcessor,
  type FixedKeyProcessorContext,
  type FixedKeyRecord,
  JoinWindows,
  type KStream,
  type KTable,
  type Materialized,
  type Processor,
  type ProcessorContext,
  Serdes,
  SessionWindows,
  type StreamRecord,
  StreamsBuilder,
  TimeWindows,
  type Topology,
  type Windowed,
} from '../../../src/streams/index.ts';
import {
  add,
  addOrDelete,
  collect,
  cut,
  foreignKey,
  joiner,
  keyFunctions,
  predicates,
  subtract,
  sum,
  valueFunctions,
} from './functions.ts';
import type { Program, ProgramStep } from './program.ts';

const S = { keySerde: Serdes.string, valueSerde: Serdes.string };
const SJ = { ...S, otherValueSerde: Serdes.string };

type Text = string | null;
// Any key and value may be null at run time, in Java as here; the types of one program cannot all be told.
type Stream = KStream<string, string>;
type Table = KTable<string, string>;
type WindowedTable = KTable<Windowed<string>, string>;

interface Made {
  readonly streams: Map<string, Stream>;
  readonly tables: Map<string, Table>;
  readonly windowed: Map<string, WindowedTable>;
}

/** What a step has to hand: its inputs by shape, its words, and the store that it may have named. */
interface Hand {
  readonly builder: StreamsBuilder;
  readonly s: Stream;
  readonly s2: Stream;
  readonly t: Table;
  readonly t2: Table;
  readonly w: WindowedTable;
  readonly words: readonly string[];
  readonly store: Materialized<string, string>;
  /** The same without serdes of the values, for a count. */
  readonly counts: Materialized<string, number>;
  readonly named: { readonly storeName?: string };
}

const number = (text: string | undefined): number => Number(text ?? 0);
const key = (name: string | undefined): ((k: string, v: string) => string) =>
  keyFunctions[name ?? ''] as (k: string, v: string) => string;
const value = (name: string | undefined): ((v: string, k: string) => string) =>
  valueFunctions[name ?? ''] as (v: string, k: string) => string;
const predicate = (name: string | undefined): ((k: string, v: string) => boolean) =>
  predicates[name ?? ''] as (k: string, v: string) => boolean;
const joins = joiner as (left: Text, right: Text) => string;
const asText = (count: Text | number): string => (count === null ? (null as never) : String(count));

/** Says in a header what the record was, and forwards some records twice. */
class Marker implements Processor<string, string, string, string> {
  #context: ProcessorContext<string, string> | undefined;

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
  }

  process(record: StreamRecord<string, string>): void {
    const marked = record.withHeaders([
      ...record.headers,
      { key: 'p', value: Buffer.from(String(sum(record.value) % 10)) },
    ]);
    void this.#context?.forward(marked);
    if (sum(record.value) % 3 === 0)
      void this.#context?.forward(marked.withKey('a').withTimestamp(record.timestamp + 1));
  }
}

class FixedMarker implements FixedKeyProcessor<string, string, string> {
  #context: FixedKeyProcessorContext<string, string> | undefined;

  init(context: FixedKeyProcessorContext<string, string>): void {
    this.#context = context;
  }

  process(record: FixedKeyRecord<string, string>): void {
    if (sum(record.value) % 7 === 0) return;
    void this.#context?.forward(
      record.withValue(value('keyed')(record.value, record.key)).withTimestamp(record.timestamp + 2),
    );
  }
}

function windowsOf(words: readonly string[]): TimeWindows {
  const [, kind, size, advance, grace] = words;
  const windows = TimeWindows.ofSizeAndGrace({ sizeMs: number(size), gracePeriodMs: number(grace) });
  return kind === 'hopping' ? windows.advanceBy(number(advance)) : windows;
}

/** `count|reduce|aggregate tumbling|hopping size advance grace [final|suppressed]` */
function windowedAggregate({ s, words, store, counts }: Hand): WindowedTable {
  const [fold, , , , , emit] = words;
  const windows = s.groupByKey(S).windowedBy(windowsOf(words));
  const stream = emit === 'final' ? windows.emitStrategy('on-window-close') : windows;
  if (fold === 'count') {
    const counted = stream.count(counts);
    const told = emit === 'suppressed' ? counted.suppress({ until: 'window-closes' }) : counted;
    return told.mapValues(asText, { valueSerde: Serdes.string });
  }
  const table =
    fold === 'reduce'
      ? stream.reduce(addOrDelete as (a: string, v: string) => string, store)
      : stream.aggregate(
          () => '',
          (k, v, a) => cut(`${a}${k}${v}`),
          store,
        );
  return emit === 'suppressed' ? table.suppress({ until: 'window-closes' }) : table;
}

/** `count|reduce|aggregate gap grace [final|suppressed]` */
function sessionAggregate({ s, words, store, counts }: Hand): WindowedTable {
  const [fold, gap, grace, emit] = words;
  const windows = SessionWindows.ofInactivityGapAndGrace({
    inactivityGapMs: number(gap),
    gracePeriodMs: number(grace),
  });
  const plain = s.groupByKey(S).windowedBy(windows);
  const stream = emit === 'final' ? plain.emitStrategy('on-window-close') : plain;
  if (fold === 'count') {
    const counted = stream.count(counts);
    const told = emit === 'suppressed' ? counted.suppress({ until: 'window-closes' }) : counted;
    return told.mapValues(asText, { valueSerde: Serdes.string });
  }
  const table =
    fold === 'reduce'
      ? stream.reduce(add, store)
      : stream.aggregate(
          () => '',
          (k, v, a) => cut(`${a}${k}${v}`),
          (_k, left, right) => cut(`${left}/${right}`),
          store,
        );
  return emit === 'suppressed' ? table.suppress({ until: 'window-closes' }) : table;
}

function aggregate({ s, words, store, counts }: Hand): Table {
  const [fold, selector] = words;
  const group = selector === undefined || selector === 'key' ? s.groupByKey(S) : s.groupBy(key(selector), S);
  switch (fold) {
    case 'count':
      return group.count(counts).mapValues(asText, { valueSerde: Serdes.string });
    case 'reduce':
      return group.reduce(addOrDelete as (a: string, v: string) => string, store);
    case 'collect':
      return group.aggregate(
        () => '',
        (_k, v, a) => collect(a, v),
        store,
      );
    default:
      return group.aggregate(
        () => '0',
        (k, v, a) => cut(`${a}${k}${v}`),
        store,
      );
  }
}

function aggregateTable({ t, words, store, counts }: Hand): Table {
  const [fold, selector] = words;
  const group = t.groupBy((k, v) => [key(selector)(k, v), v] as const, S);
  switch (fold) {
    case 'count':
      return group.count(counts).mapValues(asText, { valueSerde: Serdes.string });
    case 'reduce':
      return group.reduce(add, subtract, store);
    default:
      return group.aggregate(
        () => '0',
        (k, v, a) => cut(`${a}${k}${v}`),
        (_k, v, a) => subtract(a, v),
        store,
      );
  }
}

function joinWindows(words: readonly string[]): JoinWindows {
  const [, before, after, grace] = words;
  if (grace === 'eager') return JoinWindows.of(number(before));
  return JoinWindows.ofTimeDifferenceAndGrace({
    differenceMs: number(before),
    gracePeriodMs: number(grace),
  }).after(number(after));
}

function joinStreams({ s, s2, words, named }: Hand): Stream {
  const [kind] = words;
  const windows = joinWindows(words);
  const joined = { ...SJ, ...named };
  if (kind === 'inner') return s.join(s2, joins, windows, joined);
  return kind === 'left' ? s.leftJoin(s2, joins, windows, joined) : s.outerJoin(s2, joins, windows, joined);
}

function lookUp({ s, t, words }: Hand): Stream {
  const [kind, grace] = words;
  const joined = grace === undefined ? SJ : { ...SJ, gracePeriodMs: number(grace) };
  return kind === 'inner' ? s.join(t, joins, joined) : s.leftJoin(t, joins, joined);
}

function joinTables({ t, t2, words, store }: Hand): Table {
  const [kind] = words;
  if (kind === 'inner') return t.join(t2, joins, store);
  return kind === 'left' ? t.leftJoin(t2, joins, store) : t.outerJoin(t2, joins, store);
}

function joinOnForeignKey({ t, t2, words, store }: Hand): Table {
  const options = { ...store, foreignKey: (v: string) => foreignKey(v) };
  return words[0] === 'inner' ? t.join(t2, joins, options) : t.leftJoin(t2, joins, options);
}

const limit = (words: readonly string[]): { readonly recordsMax?: number } =>
  words[1] === undefined ? {} : { recordsMax: number(words[1]) };

/** What each operator makes: a stream, a table, or windows, by the first letter of the step's id. */
const OPERATORS: Readonly<Record<string, (hand: Hand) => Stream | Table | WindowedTable | void>> = {
  stream: ({ builder, words }) => builder.stream(words[0] ?? '', S),
  table: ({ builder, words, store }) => builder.table(words[0] ?? '', S, store),
  versioned: ({ builder, words, store }) =>
    builder.table(words[0] ?? '', S, { ...store, historyRetentionMs: number(words[1]) }),
  to: ({ s, words }) => s.to(words[0] ?? '', S),
  filter: ({ s, words }) => s.filter(predicate(words[0])),
  filterNot: ({ s, words }) => s.filterNot(predicate(words[0])),
  mapValues: ({ s, words }) => s.mapValues(value(words[0]), { valueSerde: Serdes.string }),
  flatMapValues: ({ s }) =>
    s.flatMapValues((v) => (sum(v) % 3 === 0 ? [] : [v, cut(`${v}${v}`)]), { valueSerde: Serdes.string }),
  selectKey: ({ s, words }) => s.selectKey(key(words[0]), S),
  map: ({ s, words }) => s.map((k, v) => [key(words[0])(k, v), value(words[1])(v, k)] as const, S),
  flatMap: ({ s, words }) =>
    s.flatMap(
      (k, v) => [
        [k, v],
        [key(words[0])(k, v), v],
      ],
      S,
    ),
  merge: ({ s, s2 }) => s.merge(s2),
  branch: ({ s, words }) => {
    const branches = s.split().branch(predicate(words[0])).defaultBranch();
    const names = [...branches.keys()].sort();
    return branches.get(names[number(words[1])] ?? '');
  },
  repartition: ({ s }) => s.repartition(S),
  process: ({ s }) => s.process(() => new Marker(), S),
  processValues: ({ s }) => s.processValues(() => new FixedMarker(), { valueSerde: Serdes.string }),
  toTable: ({ s, store }) => s.toTable(store),
  aggregate,
  windowed: windowedAggregate,
  sessions: sessionAggregate,
  join: joinStreams,
  lookUp,
  toStream: ({ t }) => t.toStream() as Stream,
  tableFilter: ({ t, words, store }) => t.filter(predicate(words[0]), store),
  tableMap: ({ t, words, store }) => t.mapValues(value(words[0]), store),
  tableJoin: joinTables,
  foreignKey: joinOnForeignKey,
  tableAggregate: aggregateTable,
  suppress: ({ t, words }) =>
    t.suppress({ until: 'time-limit', waitMs: number(words[0]), buffer: limit(words) }),
  windowStream: ({ w }) =>
    w
      .toStream()
      .map(
        ({ key: k, window }, v) => [`${k}@${window.startMs}-${window.endMs}`, v] as const,
        S as never,
      ) as Stream,
  windowAggregate: ({ w, store }) =>
    w.groupBy(({ key: k }, v) => [k, v] as const, S).reduce(add, subtract, store),
};

function handFor(builder: StreamsBuilder, made: Made, { inputs, words }: ProgramStep): Hand {
  const streams = inputs.flatMap((id) => made.streams.get(id) ?? []);
  const tables = inputs.flatMap((id) => made.tables.get(id) ?? []);
  const windowed = inputs.flatMap((id) => made.windowed.get(id) ?? []);
  const storeName = words.find((word) => word.startsWith('!'))?.slice(1);
  const named = storeName === undefined ? {} : { storeName };
  const caching = words.includes('nocache') ? { cachingEnabled: false } : {};
  return {
    builder,
    s: streams[0] as Stream,
    s2: streams[1] as Stream,
    t: tables[0] as Table,
    t2: tables[1] as Table,
    w: windowed[0] as WindowedTable,
    words: words.filter((word) => !word.startsWith('!') && word !== 'nocache'),
    store: { ...S, ...named, ...caching },
    counts: { keySerde: Serdes.string, valueSerde: Serdes.long, ...named, ...caching },
    named,
  };
}

/** Builds a program in our DSL. @throws what the DSL refuses. */
export function buildProgram(program: Program): Topology {
  const builder = new StreamsBuilder();
  const made: Made = { streams: new Map(), tables: new Map(), windowed: new Map() };
  for (const step of program) {
    const operator = OPERATORS[step.operator];
    if (operator === undefined) throw new Error(`no operator ${step.operator}`);
    const result = operator(handFor(builder, made, step));
    if (step.id.startsWith('s')) made.streams.set(step.id, result as Stream);
    else if (step.id.startsWith('t')) made.tables.set(step.id, result as Table);
    else if (step.id.startsWith('w')) made.windowed.set(step.id, result as WindowedTable);
  }
  return builder.build();
}
