import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type FixedKeyProcessor,
  type FixedKeyProcessorContext,
  type KeyValueStore,
  keyValueStore,
  type KStream,
  type KTable,
  type Processor,
  Serdes,
  StreamRecord,
  StreamsBuilder,
} from '../../../src/streams/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const numbers = { keySerde: Serdes.string, valueSerde: Serdes.long };
const COUNTS = keyValueStore({ name: 'counts', ...numbers });

interface Order {
  readonly type: 'order';
  readonly amount: number;
}
interface Refund {
  readonly type: 'refund';
  readonly reason: string;
}
const events = { keySerde: Serdes.string, valueSerde: Serdes.json<Order | Refund>() };

/** The compiler checks these functions; that none of them is wrong when it runs is seen by calling it. */
describe('the types of the DSL', () => {
  it('know that a change of a table may be a deletion', () => {
    const table = new StreamsBuilder().table('in', numbers);
    const changes = table.toStream();
    expectTypeOf(changes).toEqualTypeOf<KStream<string, number | null>>();
    // @ts-expect-error a deletion is no number
    changes.mapValues((value) => value.toFixed());
    // @ts-expect-error nor has it a key of its own
    table.toStream((_key, value) => value.toFixed());
    const present = changes.filter((_key, value) => value !== null);
    expectTypeOf(present).toEqualTypeOf<KStream<string, number>>();
    expectTypeOf(changes.toTable()).toEqualTypeOf<KTable<string, number>>();
    expectTypeOf(changes.groupByKey().reduce((a, b) => a + b)).toEqualTypeOf<KTable<string, number>>();
  });

  it('drop null keys where the operators do', () => {
    const keyed = new StreamsBuilder()
      .stream('in', strings)
      .selectKey((_key, value) => (value === '' ? null : value));
    expectTypeOf(keyed).toEqualTypeOf<KStream<string | null, string>>();
    expectTypeOf(keyed.groupByKey(strings).count()).toEqualTypeOf<KTable<string, number>>();
    expectTypeOf(keyed.toTable(strings)).toEqualTypeOf<KTable<string, string>>();
    // @ts-expect-error a table has no row of a null key
    const table: KTable<string | null, string> = keyed.groupByKey(strings).reduce((a) => a);
    expect(table).toBeDefined();
  });

  it('follow a guard in filter and filterNot, of streams and tables', () => {
    const isOrder = (_key: string, value: Order | Refund): value is Order => value.type === 'order';
    const stream = new StreamsBuilder().stream('in', events);
    expectTypeOf(stream.filter(isOrder)).toEqualTypeOf<KStream<string, Order>>();
    expectTypeOf(stream.filterNot(isOrder)).toEqualTypeOf<KStream<string, Refund>>();
    stream.filter(isOrder).mapValues(({ amount }) => amount, numbers);
    // @ts-expect-error an order has no reason
    stream.filter(isOrder).mapValues(({ reason }) => reason, strings);
    const table = new StreamsBuilder().table('in', events);
    expectTypeOf(table.filter(isOrder)).toEqualTypeOf<KTable<string, Order>>();
    expectTypeOf(table.filter(() => true)).toEqualTypeOf<KTable<string, Order | Refund>>();
  });

  it('merge streams of two types', () => {
    const builder = new StreamsBuilder();
    const merged = builder.stream('texts', strings).merge(builder.stream('numbers', numbers));
    expectTypeOf(merged).toEqualTypeOf<KStream<string, string | number>>();
    // @ts-expect-error a text is no number
    merged.mapValues((value) => value.toFixed());
  });

  it('let no processor of values change keys', () => {
    const stream = new StreamsBuilder().stream('in', strings);
    const processor = (): FixedKeyProcessor<string, string, number> => {
      let context: FixedKeyProcessorContext<string, number>;
      return {
        init(given) {
          context = given;
        },
        process(record) {
          void context.forward(record.withValue(record.value.length));
          // @ts-expect-error its key is fixed
          const other = (): unknown => context.forward(record.withKey('other').withValue(1));
          // @ts-expect-error a record of any key may be made, but not forwarded
          const made = (): unknown => context.forward(new StreamRecord('other', 1, 0));
          expect([other, made]).toHaveLength(2);
        },
      };
    };
    expectTypeOf(stream.processValues(processor)).toEqualTypeOf<KStream<string, number>>();
  });

  it('know a store by its definition, and nothing of it by its name', () => {
    const builder = new StreamsBuilder().addStateStore(COUNTS);
    const supplier = (): Processor<string, string, string, number> => ({
      init(context) {
        expectTypeOf(context.getStateStore(COUNTS)).toEqualTypeOf<KeyValueStore<string, number>>();
        expectTypeOf(context.getStateStore('counts')).toEqualTypeOf<KeyValueStore<unknown, unknown>>();
        // @ts-expect-error its values are numbers
        const texts: KeyValueStore<string, string> = context.getStateStore(COUNTS);
        // @ts-expect-error a name says nothing of the types
        const named: KeyValueStore<string, number> = context.getStateStore('counts');
        expect([texts, named]).toHaveLength(2);
      },
      process: () => {},
    });
    builder.stream('in', strings).process(supplier, { stores: [COUNTS] });
    // @ts-expect-error a store is connected by its name or definition
    expect(() => builder.stream('in', strings).process(supplier, { stores: [1] })).toThrow('options.stores');
  });
});
