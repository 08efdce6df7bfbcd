import avro from 'avsc';
import protobuf from 'protobufjs';
import { CUSTOMER, SHOP_SCHEMAS } from './shop-schemas.ts';

/** What the shop's programs have written, by Avro's and Protobuf's usual libraries for Node.js, in Confluent's wire format. */

export interface Order {
  readonly id: number;
  readonly customer: string;
  readonly cents: number;
  /** Of the second version of the schema; the first one has none. */
  readonly channel?: string;
  readonly timestamp: number;
}

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly city: string;
}

/** A record as its bytes. */
export interface FramedRecord {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly timestamp: string;
}

const money = JSON.parse(SHOP_SCHEMAS.money.schema) as avro.Schema;
const orderKey = avro.Type.forSchema('long');
const orderTypes = {
  first: orderType(SHOP_SCHEMAS.order.schema),
  second: orderType(SHOP_SCHEMAS.orderWithChannel.schema),
};
const customerType = protobuf.parse(CUSTOMER).root.lookupType('shop.Customer');

function orderType(schema: string): avro.Type {
  const registry = {};
  avro.Type.forSchema(money, { registry });
  return avro.Type.forSchema(JSON.parse(schema) as avro.Schema, { registry });
}

/** Five bytes that name the schema, and the value. */
export function framed(schemaId: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeInt32BE(schemaId, 1);
  return Buffer.concat([head, bytes]);
}

export function orderRecord({ id, customer, cents, channel, timestamp }: Order): FramedRecord {
  const value = { customer, total: { amount: decimalBytes(cents), currency: 'EUR' } };
  return {
    key: framed(SHOP_SCHEMAS.orderKey.id, orderKey.toBuffer(id)),
    value:
      channel === undefined
        ? framed(SHOP_SCHEMAS.order.id, orderTypes.first.toBuffer(value))
        : framed(SHOP_SCHEMAS.orderWithChannel.id, orderTypes.second.toBuffer({ ...value, channel })),
    timestamp: String(timestamp),
  };
}

export function customerRecord({ id, name, city }: Customer, timestamp: number): FramedRecord {
  // The first message of its file: one zero stands for the list of indexes.
  const message = Buffer.concat([Buffer.from([0]), customerType.encode({ name, city }).finish()]);
  return {
    key: Buffer.from(id),
    value: framed(SHOP_SCHEMAS.customer.id, message),
    timestamp: String(timestamp),
  };
}

/** A decimal of two places behind its point, as Avro has it: the fewest bytes of its two's complement. */
export function decimalBytes(cents: number): Buffer {
  let hex = BigInt.asUintN(32, BigInt(cents)).toString(16).padStart(8, '0');
  while (/^00[0-7]|^ff[89a-f]/.test(hex)) hex = hex.slice(2);
  return Buffer.from(hex, 'hex');
}
