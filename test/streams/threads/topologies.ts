import { isMainThread, threadId } from 'node:worker_threads';
import {
  Serdes,
  StreamsBuilder,
  type ThreadTopology,
  TimeWindows,
  type Topology,
} from '../../../src/streams/index.ts';

/** What the threads of tests run: they load this module. */

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

interface CountingOptions {
  readonly fails?: boolean;
  /** Whether it does what records say. */
  readonly obeys?: boolean;
  readonly output?: string;
}

/** Counts keys, and writes each count with the thread that has made it. */
export function counting({
  fails = false,
  obeys = true,
  output = 'out',
}: CountingOptions = {}): StreamsBuilder {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .peek((_key, value) => {
      if (isMainThread) throw new Error('records are processed on stream threads');
      if (obeys) obey(value, fails);
    })
    .groupByKey()
    .count({ storeName: 'counts' })
    .toStream()
    .mapValues((count) => `${threadId} ${count}`, { valueSerde: Serdes.string })
    .to(output);
  return builder;
}

/** Does what a record says. */
function obey(value: string, fails: boolean): void {
  if (value === 'exit') process.exit(3);
  if (value === 'hang') neverComeBack();
  if (value === 'stray') setImmediate(() => dieOfIt());
  if (value === 'throw' && fails) throw new RangeError('a record that cannot be processed');
  const [order, thread] = value.split(' ');
  // Whoever takes the record over goes on.
  if (threadId !== Number(thread)) return;
  if (order === 'die') setImmediate(() => dieOfIt());
  if (order === 'fill') fillHeap();
  if (order === 'fail') throw new RangeError('a record that this thread cannot process');
}

function dieOfIt(): void {
  throw new Error('nobody catches this');
}

function neverComeBack(): never {
  for (let i = 0; ; i++) Math.sqrt(i);
}

function fillHeap(): void {
  const all: number[][] = [];
  for (;;) all.push(Array.from({ length: 10_000 }, (_, i) => i + 0.5));
}

/** Counts by windows, and by keys that are bytes. */
export function stored(): Topology {
  const builder = new StreamsBuilder();
  const bytes = { keySerde: Serdes.bytes, valueSerde: Serdes.string };
  const input = builder.stream('in', bytes).groupByKey();
  input.count({ storeName: 'by-bytes', keySerde: Serdes.bytes });
  input
    .windowedBy(TimeWindows.ofSizeWithNoGrace(1000))
    .count({ storeName: 'by-window', keySerde: Serdes.bytes });
  return builder.build();
}

/** Forgives in the thread, where the handler is. */
export async function forgiving(): Promise<ThreadTopology> {
  return {
    topology: counting({ fails: true }),
    onFailure: { processing: (error) => (error instanceof RangeError ? 'continue' : 'fail') },
  };
}

/** Comes to no end. */
export const neverMade = (): Promise<never> => new Promise(() => undefined);

export const notATopology = { nodes: [] };

export function failing(): never {
  throw new Error('no configuration');
}

export const misspelt = (): object => ({ topology: stored(), onFailures: {} });
