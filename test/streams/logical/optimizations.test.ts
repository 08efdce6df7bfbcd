import { describe, expect, it } from 'vitest';
import {
  type BuildOptions,
  DiagnosticError,
  JoinWindows,
  type KStream,
  Serdes,
  StreamsBuilder,
  type Topology,
} from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import { programOf, randomProgram } from '../dsl-programs.ts';
import { resultsOf } from '../program-results.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const serdes = { ...strings, otherValueSerde: Serdes.string };
type Optimization = NonNullable<BuildOptions['optimization']>;

describe('a topology that is optimized', () => {
  it('has the results that it has without', () => {
    const seed = 4_000;
    let changed = 0;
    for (let round = 0; round < 150; round++) {
      const random = new SeededRandom(seed + round);
      const text = randomProgram((below) => random.int(below));
      const run = (optimization: Optimization) => {
        const { builder, streams } = programOf(text);
        const outputs = streams.map((_stream, index) => `result-${index}`);
        for (const [index, stream] of streams.entries()) stream.to(`result-${index}`, strings);
        const topology = builder.build({ optimization });
        return {
          text: topology.describe(),
          read: resultsOf(topology, outputs, { random: new SeededRandom(seed + round), lateBy: 1 }),
        };
      };
      const [plain, optimized] = [run('none'), run('all')];
      if (plain.text !== optimized.text) changed++;
      // Records of two topics come in another order than those of one; so none is late, which may be too late for a join.
      const sorted = ({ read }: typeof plain): readonly string[][] => read.map((each) => each.toSorted());
      expect(sorted(optimized), `seed ${seed + round}: ${text}`).toEqual(sorted(plain));
    }
    expect(changed).toBeGreaterThan(30);
  });

  it('joins a stream with itself in the same order, whatever the window', () => {
    const seed = Date.now() % 1_000_000;
    let joined = 0;
    for (let round = 0; round < 200; round++) {
      const random = new SeededRandom(seed + round);
      const kind = random.int(3);
      const beforeMs = random.int(20) - 5;
      const graceMs = random.int(3) * random.int(10);
      const windows = (random.int(5) === 0 ? JoinWindows.of(7) : JoinWindows.ofTimeDifferenceWithNoGrace(20))
        .before(beforeMs)
        .after(Math.max(-beforeMs, random.int(20) - 5))
        .grace(graceMs);
      const run = (optimization: Optimization): readonly string[][] => {
        const builder = new StreamsBuilder();
        const stream = builder.stream('topic-0', strings);
        const joiner = (left: string | null, right: string | null): string => `${left}${right}`;
        const joined = [
          () => stream.join(stream, joiner, windows, serdes),
          () => stream.leftJoin(stream, joiner, windows, serdes),
          () => stream.outerJoin(stream, joiner, windows, serdes),
        ][kind];
        joined?.().to('result', strings);
        const topology = builder.build({ optimization });
        return resultsOf(topology, ['result'], { random: new SeededRandom(seed + round), lateBy: 30 });
      };
      const plain = run('none');
      joined += plain[0]?.length ?? 0;
      expect(run('single.store.self.join'), `seed ${seed + round}`).toEqual(plain);
    }
    expect(joined).toBeGreaterThan(1000);
  });
});

describe('repartition topics', () => {
  const topicsOf = (
    add: (keyed: KStream<string, string>, other: KStream<string, string>) => void,
  ): string[] => {
    const builder = new StreamsBuilder();
    const keyed = builder.stream('in', strings).selectKey((_key, value) => value, strings);
    add(keyed, builder.stream('other', strings));
    return [...builder.build({ optimization: 'merge.repartition.topics' }).repartitionTopics.keys()];
  };

  it('become one behind a node that several read, where Kafka Streams stops', () => {
    const topics = topicsOf((keyed) => {
      const some = keyed.filter(() => true);
      some.groupByKey({ name: 'one' }).count();
      some.groupByKey({ name: 'two' }).count();
    });
    expect(topics).toEqual(['one-repartition']);
  });

  it('let records without a key pass, where others than those who group them read on', () => {
    const seen = (optimization: Optimization): unknown => {
      const builder = new StreamsBuilder();
      const keyed = builder
        .stream('in', strings)
        .selectKey((_key, value) => (value === 'none' ? null : value), { keySerde: Serdes.string });
      const some = keyed.filter(() => true);
      some.to('seen', strings);
      some.groupByKey().count();
      const driver = new TopologyTestDriver(builder.build({ optimization }));
      const topic = driver.createInputTopic('in', strings);
      for (const value of ['one', 'none', 'two']) topic.pipeInput('k', value);
      const read = driver.createOutputTopic('seen', strings).readKeyValues();
      driver.close();
      return read;
    };
    expect(seen('all')).toEqual(seen('none'));
  });

  it('stay two where one would leave the other stream of a merge as it comes', () => {
    const topics = topicsOf((keyed, other) => {
      keyed.groupByKey({ name: 'one' }).count();
      keyed.merge(other).groupByKey({ name: 'two' }).count();
    });
    expect(topics).toEqual(['one-repartition', 'two-repartition']);
  });

  it('stay two where the values have changed in between', () => {
    const topics = topicsOf((keyed) => {
      keyed.groupByKey({ name: 'one' }).count();
      keyed
        .mapValues((value) => value, strings)
        .groupByKey({ name: 'two' })
        .count();
      keyed
        .processValues(() => ({ process: () => {} }), strings)
        .groupByKey({ name: 'three' })
        .count();
    });
    expect(topics).toEqual(['one-repartition', 'two-repartition', 'three-repartition']);
  });
});

describe('the names of optimizations', () => {
  const build = (optimization: string): Topology =>
    new StreamsBuilder().build({ optimization: optimization as 'all' });

  it('are those of Kafka Streams, one or several', () => {
    expect(build('all').optimizations).toHaveLength(3);
    expect(build('none').optimizations).toEqual([]);
    expect(build('single.store.self.join , merge.repartition.topics').optimizations).toEqual([
      'merge.repartition.topics',
      'single.store.self.join',
    ]);
    expect(new StreamsBuilder().build({ optimization: [] }).optimizations).toEqual([]);
  });

  it('are refused where there is none of the name', () => {
    expect(() => build('merge.repartition.topic')).toThrow(DiagnosticError);
    expect(() => build('all,merge.repartition.topics')).toThrow('all beside other names');
  });
});
