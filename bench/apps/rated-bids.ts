import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Serdes, StreamsBuilder, type ThreadTopology } from '../../src/streams/index.ts';

interface Bid {
  readonly AUCTION: number;
  readonly PRICE: number;
  readonly CHANNEL: string;
  readonly URL: string;
}

/** Some ten microseconds a record: what functions of an application may well take. */
const ROUNDS = 4;

/** While the gate is closed a thread looks for that so often, and processes one record each time. */
const LOOK_MS = 20;

/**
 * Several functions of a user one after the other, and a count: what threads are for. They begin when the first number of the
 * gate, which all threads share, is another than 0.
 */
export function ratedBids({
  input,
  output,
  gate,
}: {
  readonly input: string;
  readonly output: string;
  readonly gate: SharedArrayBuffer;
}): ThreadTopology {
  const isOpen = new Int32Array(gate);
  const builder = new StreamsBuilder();
  builder
    .stream(input, { keySerde: Serdes.string, valueSerde: Serdes.json<Bid>() })
    .filter((_key, { PRICE }) => PRICE > 0)
    .mapValues((bid) => ({ ...bid, host: new URL(bid.URL).hostname }))
    .mapValues((bid) => ({ ...bid, rating: ratingOf(`${bid.host}/${bid.CHANNEL}/${bid.PRICE}`) }))
    .filter((_key, { rating }) => rating >= 0)
    .groupByKey()
    .count()
    .toStream()
    .mapValues(String, { valueSerde: Serdes.string })
    .to(output);
  return {
    topology: builder,
    backPressure: () => (Atomics.load(isOpen, 0) === 0 ? sleep(LOOK_MS) : undefined),
  };
}

function ratingOf(text: string): number {
  let digest = text;
  for (let round = 0; round < ROUNDS; round++) digest = createHash('sha1').update(digest).digest('hex');
  return Number.parseInt(digest.slice(0, 8), 16);
}
