import { Queue } from '../../base/queue.ts';
import { isShortAscii } from '../../base/short-text.ts';
import type { SharedRecords } from '../../client/consumer/shared-records.ts';
import { failOnInvalidTimestamp } from '../timestamp-extractor.ts';
import type { Header } from '../record.ts';
import type { AnyRecord } from '../record.ts';
import type { RecordOrigin } from '../state/managed-store.ts';
import { isTextSerde, type TextSerde } from '../text-serde.ts';
import { FieldReader } from './field-reader.ts';
import type { SharedDecoding } from './shared-decoding.ts';
import type { RuntimeSource } from './task-nodes.ts';

/** A record as a consumer delivers it. */
export interface InputRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
}

/** A record that waits to be processed; it may wait in the queues of other applications, too. */
export interface Queued {
  readonly offset: number;
  readonly timestamp: number;
  /** Undefined for one that was dropped, or could not be read: it only advances the offset. */
  readonly record: AnyRecord | undefined;
  /** Of one that could not be read: asks, when its turn has come, whether that is forgiven. @throws unless it is. */
  readonly onTurn: (() => void) | undefined;
  /** Where it came from, to be kept; made by the first application that asks for it. */
  origin: RecordOrigin | undefined;
}

/** The records of one partition that wait, in the order of their offsets. */
export class RecordQueue {
  readonly topic: string;
  readonly partition: number;
  readonly source: RuntimeSource;
  readonly keys: FieldReader;
  readonly values: FieldReader;
  /** The highest event time of what was processed, which is committed with the offset. */
  partitionTime = -1;
  /** The highest event time of what was queued, which timestamp extractors are told as the partition's time. */
  queuedTime = -1;
  /** The offset of the first record that was queued, -1 before. */
  firstOffset = -1;
  /** The offset after the last processed record, -1 before the first. */
  nextOffset = -1;
  /** What `nextOffset` was at the last commit. */
  committedOffset = -1;
  /** Up to where the partition was processed, where the group has lost that since: it is processed again from before. */
  rewoundFrom: number | undefined;
  readonly #items = new Queue<Queued>();
  readonly #texts: TextSerde<unknown> | undefined;
  /** The time of a record is the one that it has, unless that is negative. */
  readonly usesOwnTime: boolean;
  /** Where the time of a record is the same for all who read it. */
  readonly #decoding: SharedDecoding | undefined;

  /** @param decoding where the tasks of other applications may read the same records. */
  constructor(topic: string, partition: number, source: RuntimeSource, decoding?: SharedDecoding) {
    this.topic = topic;
    this.partition = partition;
    this.source = source;
    const { keySerde, valueSerde, timestampExtractor } = source.node;
    this.#texts = isTextSerde(keySerde) ? keySerde : undefined;
    this.usesOwnTime = timestampExtractor === failOnInvalidTimestamp;
    this.#decoding = this.usesOwnTime ? decoding : undefined;
    this.keys = new FieldReader(topic, keySerde, {
      name: 'the serde of the key',
      shared: decoding?.join(topic, 'key', keySerde),
    });
    this.values = new FieldReader(topic, valueSerde, {
      name: 'the serde of the value',
      shared: decoding?.join(topic, 'value', valueSerde),
    });
  }

  /** @returns what others have read of records with the same serdes, and their own times; undefined for none. */
  readColumn(records: SharedRecords): (Queued | undefined)[] | undefined {
    const [keys, values] = [this.keys.decoder, this.values.decoder];
    if (this.#decoding === undefined || keys === undefined || values === undefined) return undefined;
    // Only what was queued so is put there.
    return records.column(this.#decoding.pairOf(keys, values)) as (Queued | undefined)[];
  }

  /** A key as the stores have it, its bytes as a text of latin1: the text that it was read as, where that is the same. */
  keyText(bytes: Buffer, key: unknown): string {
    const text = this.#texts?.textOf(key);
    return text !== undefined && isShortAscii(text) ? text : bytes.toString('latin1', 0, bytes.length);
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): Queued | undefined {
    return this.#items.first;
  }

  push(item: Queued): void {
    this.#items.push(item);
  }

  shift(): Queued | undefined {
    return this.#items.shift();
  }

  close(): void {
    this.#items.clear();
    this.keys.close();
    this.values.close();
  }
}
