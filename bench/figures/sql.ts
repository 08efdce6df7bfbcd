import { BidRegistry } from '../harness/bid-registry.ts';
import { flinkSql, kafkaStreams, ours } from '../harness/contenders.ts';
import type { Figure, RunSize } from '../harness/figure.ts';
import type { Input } from '../harness/inputs.ts';

const modes = ['project', 'filter', 'tumble', 'sum'] as const;
type Mode = (typeof modes)[number];

const names: Readonly<Record<Mode, string>> = {
  project: 'SQL project',
  filter: 'SQL filter',
  tumble: 'SQL tumbling count',
  sum: 'SQL sum',
};

/** What the DSL of both sides calls the mode: without `json-` they work on text. */
const dslModes: Readonly<Record<Mode, string>> = {
  project: 'project',
  filter: 'filter',
  tumble: 'json-tumble',
  sum: 'json-sum',
};

const bids = ({ quick }: RunSize): Input => ({
  kind: 'bids',
  records: quick ? 300_000 : 2_000_000,
  keys: 5_000,
});

/** A query of SQL beside the same topology, written by hand in our DSL. */
export const sqlOverDsl: readonly Figure[] = modes.map((mode) => ({
  name: `${names[mode]} over our DSL`,
  unit: 'records/s',
  bound: { atLeast: 0.95 },
  async prepare(size) {
    const input = bids(size);
    return {
      ours: ours('sql', 'millrace sql', { mode, input }),
      rival: ours('streams', 'millrace dsl', { mode: dslModes[mode], input }),
    };
  },
}));

/** A query of SQL beside the same statement in Flink SQL, with one slot, on the same topic. */
export const sqlOverFlink: readonly Figure[] = modes.map((mode) => ({
  name: `${names[mode]} over Flink SQL`,
  unit: 'records/s',
  bound: { atLeast: 2 },
  async prepare(size) {
    const run = { mode, input: bids(size) };
    return { ours: ours('sql', 'millrace sql', run), rival: flinkSql(run) };
  },
}));

/** The same over Avro, whose schemas both have in a registry. */
export const sqlAvroOverFlink: readonly Figure[] = modes.map((mode) => ({
  name: `${names[mode]} over AVRO over Flink SQL`,
  unit: 'records/s',
  bound: { atLeast: 2 },
  async prepare(size) {
    const input = { ...bids(size), format: 'AVRO' } as const;
    const run = { mode, input };
    return {
      ours: ours('sql', 'millrace sql, AVRO', run),
      rival: flinkSql(run, await BidRegistry.start(input)),
    };
  },
}));

/** A query of SQL beside the same topology, written by hand for Kafka Streams with Jackson. */
export const sqlOverKafkaStreams: readonly Figure[] = modes.map((mode) => ({
  name: `${names[mode]} over Kafka Streams`,
  unit: 'records/s',
  bound: { atLeast: 1.5 },
  async prepare(size) {
    const input = bids(size);
    return {
      ours: ours('sql', 'millrace sql', { mode, input }),
      rival: kafkaStreams({ mode: dslModes[mode], input }),
    };
  },
}));

/** A query over topics of a binary format, its schemas in a registry, beside the same one over JSON. */
export const sqlFormats: readonly Figure[] = (['AVRO', 'PROTOBUF'] as const).flatMap((format) =>
  modes.map((mode) => ({
    name: `${names[mode]} over ${format} beside JSON`,
    unit: 'records/s',
    bound: { atLeast: 1.2 },
    async prepare(size: RunSize) {
      const input = bids(size);
      return {
        ours: ours('sql', `millrace sql, ${format}`, { mode, input: { ...input, format } }),
        rival: ours('sql', 'millrace sql, JSON', { mode, input }),
      };
    },
  })),
);

/** A projection with a call of a function in JavaScript for each row, beside the same expression in SQL. */
export const sqlFunction: Figure = {
  name: 'SQL function in JavaScript over SQL',
  unit: 'records/s',
  bound: { atLeast: 0.3 },
  async prepare(size) {
    const input = bids(size);
    return {
      ours: ours('sql', 'millrace function', { mode: 'function', input }),
      rival: ours('sql', 'millrace sql', { mode: 'project', input }),
    };
  },
};
