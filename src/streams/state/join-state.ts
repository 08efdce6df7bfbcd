import { NO_HEADERS } from '../record.ts';
import type { Serde } from '../serde.ts';
import type { WriteBatch } from './engine.ts';
import { viewOf } from '../../base/buffer-view.ts';
import { readInt64, writeInt64 } from '../../base/int64.ts';
import { putLatin1 } from '../../base/short-text.ts';
import { int64Text, KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { requireKeySuffix, requireVersion } from './state-format.ts';
import { StateMap, type ValueCodec } from './state-map.ts';
import type { JoinRow, JoinState } from './states.ts';
import type { JoinStoreDefinition } from './store-definition.ts';

interface Item<V> extends JoinRow<V> {
  readonly sequence: number;
  /** Those of the value, from logging it until it is written. */
  bytes: Buffer | undefined;
}

interface Unlogged<V> {
  readonly keyText: string;
  readonly item: Item<V>;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const BUCKET_MIN_MS = 1000;
const SEGMENT_MIN_MS = 60_000;
const FORMAT_VERSION = 1;
/** Short arrays have no room to spare: most buckets have an item or two. */
const COPIED_ITEMS_MAX = 8;
const NONE: readonly never[] = [];

/**
 * One side of a stream-stream join. All records of a key within a bucket of time are one value, so that a look-up is
 * two or three point reads, and buckets expire as ranges. In the changelog each is a record: key, time, sequence.
 */
export class ManagedJoinState<K, V> implements JoinState<K, V>, ManagedStore {
  readonly definition: JoinStoreDefinition<unknown, unknown>;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #valueSerde: Serde<V>;
  readonly #buckets: StateMap<Item<V>[]>;
  readonly #bucketMs: number;
  readonly #segmentMs: number;
  #unlogged: Unlogged<V>[] = [];
  #sequence = 0;
  readonly #time: StoreEnvironment['storeTime'];
  #expiredUntil = 0;

  constructor(definition: JoinStoreDefinition<K, V>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#time = environment.storeTime;
    this.#valueSerde = definition.valueSerde;
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    this.#buckets = new StateMap({
      ...environment,
      codec: itemsCodec(definition.valueSerde, environment.changelogTopic),
    });
    this.#bucketMs = Math.max(definition.windowSizeMs + 1, BUCKET_MIN_MS);
    this.#segmentMs = Math.max(Math.floor(definition.retentionMs / 2), SEGMENT_MIN_MS);
  }

  get name(): string {
    return this.definition.name;
  }

  load(key: K, span: Span): Promise<void> | undefined {
    const text = this.#keys.text(key);
    const last = this.#bucketOf(span.toMs);
    let waiting: Promise<void>[] | undefined;
    for (let bucket = this.#bucketOf(span.fromMs); bucket <= last; bucket += this.#bucketMs) {
      const missing = this.#buckets.load(text, this.#buckets.segmentAt(bucket));
      if (missing) (waiting ??= []).push(missing);
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  prefetch(keyText: string, span: Span): void {
    const last = this.#bucketOf(span.toMs);
    for (let bucket = this.#bucketOf(span.fromMs); bucket <= last; bucket += this.#bucketMs) {
      this.#buckets.prefetch(keyText, this.#buckets.segmentAt(bucket));
    }
  }

  fetch(key: K, span: Span): readonly JoinRow<V>[] {
    const text = this.#keys.text(key);
    // A segment is dropped some time after its records have expired; until then they are hidden.
    const fromMs = Math.max(span.fromMs, this.#time.value - this.definition.retentionMs + 1);
    const last = this.#bucketOf(span.toMs);
    let found: JoinRow<V>[] | undefined;
    for (let bucket = this.#bucketOf(fromMs); bucket <= last; bucket += this.#bucketMs) {
      const items = this.#buckets.get(text, this.#buckets.segmentAt(bucket));
      if (items === undefined) continue;
      for (const item of items) {
        if (item.timestamp >= fromMs && item.timestamp <= span.toMs) (found ??= []).push(item);
      }
    }
    return found ?? NONE;
  }

  put(key: K, value: V, timestamp: number): boolean {
    this.#time.value = Math.max(this.#time.value, timestamp);
    if (this.#isExpired(timestamp)) return false;
    this.#sequence = (this.#sequence + 1) & 0x7fffffff;
    const item = { timestamp, sequence: this.#sequence, value, bytes: undefined };
    const keyText = this.#keys.text(key);
    this.#insert(keyText, item);
    if (this.definition.loggingEnabled) this.#unlogged.push({ keyText, item });
    return true;
  }

  /** Expiry goes by whole segments of time, as in Kafka Streams, where it decides which late records still count. */
  #isExpired(timestamp: number): boolean {
    const oldest = this.#time.value - this.definition.retentionMs;
    return Math.floor(timestamp / this.#segmentMs) < Math.floor(Math.max(0, oldest) / this.#segmentMs);
  }

  #insert(keyText: string, item: Item<V>): void {
    const bucket = this.#buckets.segmentAt(this.#bucketOf(item.timestamp));
    const items = this.#buckets.get(keyText, bucket);
    if (items === undefined) {
      this.#buckets.set(keyText, [item], bucket);
      return;
    }
    let at = items.length;
    while (at > 0 && (items[at - 1]?.timestamp ?? 0) > item.timestamp) at--;
    this.#buckets.set(keyText, withItem(items, at, item), bucket);
  }

  /** When the bucket of a time begins. */
  #bucketOf(timestamp: number): number {
    return Math.floor(Math.max(0, timestamp) / this.#bucketMs) * this.#bucketMs;
  }

  /** Buckets of later times come behind the others: most of what is looked up has just begun, and is nowhere yet. */
  open(): void | Promise<void> {
    const last = this.#buckets.learnEnd();
    if (last instanceof Promise) return last.then(() => undefined);
  }

  loadPrefetched(): Promise<void> | undefined {
    return this.#buckets.loadPrefetched();
  }

  logChanges(log: ChangeLog): void {
    const { changelogTopic } = this.#environment;
    for (const unlogged of this.#unlogged) {
      const { item } = unlogged;
      const value = (item.bytes ??= bytesOfItem(this.#valueSerde, changelogTopic, item));
      log({ key: changelogKey(unlogged), value, timestamp: item.timestamp, headers: NO_HEADERS });
    }
  }

  writeTo(batch: WriteBatch): void {
    this.#buckets.writeTo(batch);
  }

  committed(): void {
    this.#buckets.committed();
    for (const { item } of this.#unlogged) item.bytes = undefined;
    this.#unlogged = [];
  }

  evict(): void {
    this.#buckets.evict();
  }

  expire(): void | Promise<void> {
    const oldest = Math.max(0, this.#time.value - this.definition.retentionMs);
    // The last whole bucket before the first live segment.
    const live = Math.floor(oldest / this.#segmentMs) * this.#segmentMs;
    const until = Math.floor(live / this.#bucketMs) * this.#bucketMs;
    if (until <= this.#expiredUntil) return;
    const from = this.#expiredUntil;
    this.#expiredUntil = until;
    return this.#buckets.clear({ from: int64Text(from), to: int64Text(until) });
  }

  prefetchForRestore(record: ChangelogRecord): void {
    requireKeySuffix(record.key.length, 12, this.#environment.changelogTopic);
    const end = record.key.length - 12;
    const bucket = this.#buckets.segmentAt(this.#bucketOf(readInt64(record.key, end)));
    this.#buckets.prefetch(record.key.toString('latin1', 0, end), bucket);
  }

  restore(record: ChangelogRecord): void {
    const { key, value: bytes } = record;
    if (bytes === null) return;
    const end = key.length - 12;
    const keyText = key.toString('latin1', 0, end);
    const timestamp = readInt64(key, end);
    const sequence = key.readInt32BE(end + 8);
    this.#time.value = Math.max(this.#time.value, timestamp);
    this.#sequence = Math.max(this.#sequence, sequence);
    const bucket = this.#buckets.segmentAt(this.#bucketOf(timestamp));
    void this.#buckets.load(keyText, bucket);
    const items = this.#buckets.get(keyText, bucket) ?? [];
    // A record that was logged but not committed is logged again after a crash.
    const others = items.filter((item) => item.timestamp !== timestamp || item.sequence !== sequence);
    if (others.length < items.length) this.#buckets.set(keyText, others, bucket);
    const value = this.#valueSerde.deserialize(this.#environment.changelogTopic, bytes);
    this.#insert(keyText, { timestamp, sequence, value, bytes: undefined });
  }

  close(): void {
    this.#buckets.close();
  }
}

function changelogKey({ keyText, item }: Unlogged<unknown>): Buffer {
  const { length } = keyText;
  const bytes = Buffer.allocUnsafe(length + 12);
  putLatin1(bytes, 0, keyText);
  writeInt64(bytes, length, item.timestamp);
  bytes.writeInt32BE(item.sequence, length + 8);
  return bytes;
}

/** Puts an item among others, in their array where a copy would take its time; those who read them have done so. */
function withItem<V>(items: Item<V>[], at: number, item: Item<V>): Item<V>[] {
  if (items.length < COPIED_ITEMS_MAX) return items.toSpliced(at, 0, item);
  if (at === items.length) items.push(item);
  else items.splice(at, 0, item);
  return items;
}

const NO_BYTES = Buffer.alloc(0);

function bytesOfItem<V>(serde: Serde<V>, topic: string, { value }: Item<V>): Buffer {
  return serde.serialize(topic, value) ?? NO_BYTES;
}

/** Items of one bucket: a version byte, then for each its time, sequence, the value's length and the value. */
function itemsCodec<V>(serde: Serde<V>, topic: string): ValueCodec<Item<V>[]> {
  return {
    write(rows, items) {
      rows.appendByte(FORMAT_VERSION);
      for (const item of items) {
        const value = item.bytes ?? bytesOfItem(serde, topic, item);
        rows.appendInt64(item.timestamp);
        rows.appendInt32(item.sequence);
        rows.appendInt32(value.length);
        rows.append(value, 0, value.length);
      }
    },
    decode(bytes) {
      requireVersion(bytes, FORMAT_VERSION, topic);
      const items: Item<V>[] = [];
      for (let at = 1; at < bytes.length; ) {
        const length = bytes.readUInt32BE(at + 12);
        const value = serde.deserialize(topic, viewOf(bytes, at + 16, at + 16 + length));
        const timestamp = readInt64(bytes, at);
        items.push({ timestamp, sequence: bytes.readInt32BE(at + 8), value, bytes: undefined });
        at += 16 + length;
      }
      return items;
    },
  };
}
