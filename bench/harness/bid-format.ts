import {
  BIGINT,
  type FormatColumn,
  formatOf,
  type RegisteredSchema,
  type SchemaText,
  STRING,
} from '../../src/serde/index.ts';

/** Formats that bids are in beside JSON. */
export type BidFormat = 'AVRO' | 'PROTOBUF';

/** A bid as SQL has it. */
export interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly datetime: number;
}

const COLUMNS: readonly FormatColumn[] = [
  { name: 'AUCTION', type: BIGINT },
  { name: 'BIDDER', type: BIGINT },
  { name: 'PRICE', type: BIGINT },
  { name: 'CHANNEL', type: STRING },
  { name: 'URL', type: STRING },
  { name: 'DATETIME', type: BIGINT },
];

const SPEC = { columns: COLUMNS, side: 'value', features: new Set<never>(), properties: {} } as const;

/** The schema that SQL registers for bids; it has the id 1 in a registry that has no other. */
export function bidSchema(format: BidFormat): SchemaText {
  const { schemas } = formatOf(format);
  if (schemas === undefined) throw new RangeError(`${format} has no schemas`);
  return schemas.toSchema(SPEC);
}

/** Makes bids the bytes that SQL writes. */
export function bidWriter(format: BidFormat): (bid: Bid) => Buffer {
  const schema: RegisteredSchema = { ...bidSchema(format), id: 1, dependencies: [] };
  const serde = formatOf(format).createSerde(SPEC, { lookup: { byId: () => schema }, written: () => schema });
  return ({ auction, bidder, price, channel, url, datetime }) => {
    const bytes = serde.serialize([auction, bidder, price, channel, url, datetime]);
    if (bytes === null) throw new RangeError('a bid has bytes');
    return bytes;
  };
}
