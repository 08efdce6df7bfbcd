import { madeBy, OWN_MODULE, portable } from '../../portable.ts';
import type { Serde } from '../../serde.ts';
import { preparationWithin } from '../../serde-within.ts';
import { SerdeError } from '../../serdes.ts';

const VERSION = 1;
const HASH_BYTES = 16;
const HASH_IS_NULL = 0x80;

/** What a subscriber wants: Kafka Streams' instructions of KIP-213, by their numbers on the wire. */
export const Instruction = {
  DELETE_KEY_NO_PROPAGATE: 0,
  DELETE_KEY_AND_PROPAGATE: 1,
  PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE: 2,
  PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE: 3,
} as const;

export type Instruction = (typeof Instruction)[keyof typeof Instruction];

/** From the left table to the right one: whose row refers to the key of this record, and what to do about it. */
export interface SubscriptionMessage<K> {
  readonly instruction: Instruction;
  /** Of the referring row; null: it has been deleted. */
  readonly hash: Buffer | null;
  readonly primaryKey: K;
  readonly primaryPartition: number;
}

/** From the right table back: its row, for a referring row that had this hash. */
export interface ResponseMessage<VO> {
  readonly hash: Buffer | null;
  readonly foreignValue: VO | null;
  /** Where the answer goes; not sent. */
  readonly primaryPartition: number;
}

/** One byte of version and whether there is a hash, the instruction, the hash, the primary key, its partition. */
export function subscriptionSerde<K>(keySerde: Serde<K>): Serde<SubscriptionMessage<K>> {
  const made: Serde<SubscriptionMessage<K>> = {
    serialize(topic, message) {
      const key = keySerde.serialize(`${topic}-pk`, message.primaryKey) ?? Buffer.alloc(0);
      const { hash, instruction, primaryPartition } = message;
      const hashBytes = hash === null ? 0 : HASH_BYTES;
      const bytes = Buffer.allocUnsafe(2 + hashBytes + key.length + 4);
      bytes[0] = versionByte(hash);
      bytes[1] = instruction;
      if (hash !== null) bytes.set(hash, 2);
      bytes.set(key, 2 + hashBytes);
      bytes.writeInt32BE(primaryPartition, bytes.length - 4);
      return bytes;
    },
    deserialize(topic, bytes) {
      const { hash, at } = readHash(bytes, 2);
      const end = bytes.length - 4;
      return {
        instruction: bytes[1] as Instruction,
        hash,
        primaryKey: keySerde.deserialize(`${topic}-pk`, bytes.subarray(at, end)),
        primaryPartition: bytes.readInt32BE(end),
      };
    },
  };
  const keyIn = (bytes: Buffer): readonly Buffer[] => [
    bytes.subarray(readHash(bytes, 2).at, bytes.length - 4),
  ];
  return madeBy('subscriptionSerde', [keySerde], Object.assign(made, preparationWithin(keySerde, keyIn)));
}

/** One byte of version and whether there is a hash, the hash, and the foreign value, which may be missing. */
export function responseSerde<VO>(valueSerde: Serde<VO>): Serde<ResponseMessage<VO>> {
  const made: Serde<ResponseMessage<VO>> = {
    serialize(topic, message) {
      const { hash, foreignValue } = message;
      const value = foreignValue == null ? null : valueSerde.serialize(topic, foreignValue);
      const hashBytes = hash === null ? 0 : HASH_BYTES;
      const bytes = Buffer.allocUnsafe(1 + hashBytes + (value?.length ?? 0));
      bytes[0] = versionByte(hash);
      if (hash !== null) bytes.set(hash, 1);
      if (value !== null) bytes.set(value, 1 + hashBytes);
      return bytes;
    },
    deserialize(topic, bytes) {
      const { hash, at } = readHash(bytes, 1);
      const foreignValue = at === bytes.length ? null : valueSerde.deserialize(topic, bytes.subarray(at));
      return { hash, foreignValue, primaryPartition: -1 };
    },
  };
  const valueIn = (bytes: Buffer): readonly Buffer[] => [bytes.subarray(readHash(bytes, 1).at)];
  return madeBy('responseSerde', [valueSerde], Object.assign(made, preparationWithin(valueSerde, valueIn)));
}

function versionByte(hash: Buffer | null): number {
  return hash === null ? VERSION | HASH_IS_NULL : VERSION;
}

function readHash(bytes: Buffer, from: number): { readonly hash: Buffer | null; readonly at: number } {
  const first = bytes[0] ?? 0;
  if ((first & 0x7f) > VERSION)
    throw new SerdeError(`a foreign-key message of the unknown version ${first & 0x7f}`);
  if ((first & HASH_IS_NULL) !== 0) return { hash: null, at: from };
  return { hash: Buffer.from(bytes.subarray(from, from + HASH_BYTES)), at: from + HASH_BYTES };
}

/** Answers go to the partition that has asked. */
export const partitionOfAsker = (
  _topic: string,
  _key: unknown,
  { primaryPartition }: ResponseMessage<unknown>,
): number => primaryPartition;

portable(OWN_MODULE, { partitionOfAsker });
