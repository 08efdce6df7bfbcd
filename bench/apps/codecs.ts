/**
 * Bids, written or read one after the other on one core, by a serde of Streams or by the library of the format used directly (avsc,
 * protobufjs). Arguments: format, `encode` or `decode`, `ours` or `theirs`, rounds of 100,000. Prints one JSON line with the records
 * per second of processor time of the rounds after the first.
 */
import avsc from 'avsc';
import protobuf from 'protobufjs';
import { inMemorySchemaRegistry, Serdes } from '../../src/streams/index.ts';

const [format = '', direction = '', whose = '', rounds = '10'] = process.argv.slice(2);

const AVRO = {
  type: 'record',
  name: 'Bid',
  fields: [
    { name: 'auction', type: 'long' },
    { name: 'bidder', type: 'long' },
    { name: 'price', type: 'long' },
    { name: 'channel', type: 'string' },
    { name: 'url', type: 'string' },
    { name: 'datetime', type: 'long' },
  ],
} as const;
const PROTOBUF = `syntax = "proto3"; message Bid {
  int64 auction = 1; int64 bidder = 2; int64 price = 3; string channel = 4; string url = 5; int64 datetime = 6; }`;

/** A bid of the bench. */
type Bid = Readonly<Record<string, string | number>>;

interface Codec {
  readonly encode: (bid: Bid) => Uint8Array | null;
  readonly decode: (bytes: Buffer) => unknown;
}

const bids: readonly Bid[] = Array.from({ length: 1000 }, (_, index) => ({
  auction: 1000 + index,
  bidder: 1000 + ((index * 7) % 2000),
  price: (index * 7919) % 10_000_000,
  channel: `channel-${index % 100}`,
  url: `https://www.nexmark.com/abc/def/item.htm?query=1&channel_id=${(index * 104_729) % 1_000_000}`,
  datetime: 1_700_000_000_000 + index,
}));

function ours(): Codec {
  const registry = inMemorySchemaRegistry();
  const serde =
    format === 'AVRO' ? Serdes.avro(AVRO, { registry }) : Serdes.protobuf<Bid>(PROTOBUF, { registry });
  return {
    encode: (bid) => serde.serialize('bids', bid as never),
    decode: (bytes) => serde.deserialize('bids', bytes),
  };
}

function theirs(): Codec {
  if (format === 'AVRO') {
    const type = avsc.Type.forSchema(structuredClone(AVRO) as unknown as avsc.Schema);
    return { encode: (bid) => type.toBuffer(bid), decode: (bytes) => type.fromBuffer(bytes) };
  }
  const type = protobuf.parse(PROTOBUF).root.lookupType('Bid');
  return {
    encode: (bid) => type.encode(bid).finish(),
    // Numbers, as ours are, and not the library's objects for them.
    decode: (bytes) => type.toObject(type.decode(bytes), { longs: Number }),
  };
}

const codec = whose === 'ours' ? ours() : theirs();
const encoded = bids.map((bid) => Buffer.from(codec.encode(bid) ?? []));

/** Keeps what was made from being left out. */
let seen = 0;

function round(): void {
  for (let turn = 0; turn < 100; turn += 1) {
    if (direction === 'encode') for (const bid of bids) seen += codec.encode(bid)?.length ?? 0;
    else for (const bytes of encoded) seen += codec.decode(bytes) === undefined ? 0 : 1;
  }
}

round();
const start = process.cpuUsage();
for (let left = Number(rounds); left > 0; left -= 1) round();
const { user, system } = process.cpuUsage(start);
const seconds = (user + system) / 1e6;
console.log(JSON.stringify({ recordsPerSecond: Math.round((Number(rounds) * 100_000) / seconds) }));
if (seen === 0) throw new Error('nothing was made');
