import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin, Producer, type ProducerRecord } from '../../src/client/index.ts';
import { type Bid, type BidFormat, bidWriter } from './bid-format.ts';

/** One millisecond of event time between two records, from here on. */
const FIRST_TIMESTAMP = 1_700_000_000_000;
const TEXT = 'x'.repeat(100);

/** A topic with so many records, keyed by one of `keys` keys at random. */
export interface Input {
  readonly kind: 'text' | 'bids';
  readonly records: number;
  readonly keys: number;
  /** Of bids; JSON by default. */
  readonly format?: BidFormat;
  /** Text that has its keys in turn, not at random: as many records as keys have all of them. */
  readonly inTurn?: boolean;
  /** The choice of keys follows from it; 1. Inputs that are joined have different ones. */
  readonly seed?: number;
  /** 1. They get their records in turn. */
  readonly partitions?: number;
}

export function topicOf({
  kind,
  records,
  keys,
  format,
  inTurn = false,
  seed = 1,
  partitions = 1,
}: Input): string {
  const order = inTurn ? 'in-turn' : format === undefined ? kind : `${kind}-${format}`;
  const name = seed === 1 ? `${order}-${records}-${keys}` : `${order}-${records}-${keys}-${seed}`;
  return partitions === 1 ? name : `${name}-of-${partitions}`;
}

/**
 * Loads an input: 100 bytes of text keyed k0, k1, ..., or JSON bids of an auction, of about 150 bytes, keyed by the
 * auction. The same for every run.
 */
export async function load(bootstrap: string, input: Input, topic = topicOf(input)): Promise<void> {
  await createInputTopic(bootstrap, topic, input.partitions);
  await fill(bootstrap, input, topic);
}

/** Writes the records of an input to its topic, as fast as it can. */
export async function fill(bootstrap: string, input: Input, topic = topicOf(input)): Promise<void> {
  const random = randomInts(input.seed ?? 1);
  let turn = 0;
  const pick = input.inTurn === true ? (bound: number) => turn++ % bound : random;
  const { partitions = 1, format } = input;
  const write = format === undefined ? jsonOf : bidWriter(format);
  const producer = new Producer({
    environment: nodeEnvironment,
    bootstrapServers: bootstrap,
    lingerMs: 20,
    batchBytesMax: 128 * 1024,
  });
  for (let i = 0; i < input.records; i++) {
    const room = producer.ready();
    if (room !== undefined) await room;
    const timestamp = FIRST_TIMESTAMP + i;
    producer.send({
      topic,
      partition: i % partitions,
      timestamp,
      ...recordOf(input, timestamp, { random: pick, write }),
    });
  }
  await producer.close();
}

/** The records are old: without this the broker's retention would delete them while they are read. */
export async function createInputTopic(bootstrap: string, topic: string, partitions = 1): Promise<void> {
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: bootstrap });
  await admin.createTopics([{ name: topic, partitions, configs: { 'retention.ms': '-1' } }]);
  await admin.close();
}

function recordOf(
  { kind, keys }: Input,
  timestamp: number,
  {
    random,
    write,
  }: { readonly random: (bound: number) => number; readonly write: (bid: Bid) => Buffer | string },
): Pick<ProducerRecord, 'key' | 'value'> {
  if (kind === 'text') return { key: `k${random(keys)}`, value: TEXT };
  const auction = 1_000 + random(keys);
  return { key: String(auction), value: write(bid(auction, timestamp, random)) };
}

function bid(auction: number, datetime: number, random: (bound: number) => number): Bid {
  const bidder = 1_000 + random(2_000);
  const url = `https://www.nexmark.com/abc/def/item.htm?query=1&channel_id=${random(1_000_000)}`;
  const price = random(10_000_000);
  return { auction, bidder, price, channel: `channel-${random(100)}`, url, datetime };
}

const jsonOf = ({ auction, bidder, price, channel, url, datetime }: Bid): string =>
  `{"AUCTION":${auction},"BIDDER":${bidder},"PRICE":${price},` +
  `"CHANNEL":"${channel}","URL":"${url}","DATETIME":${datetime}}`;

/** Mulberry32: 32 bits of state are enough to spread keys. */
function randomInts(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) % bound) | 0;
  };
}
