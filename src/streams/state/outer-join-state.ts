import { NO_HEADERS } from '../record.ts';
import { endOfPrefix, type StoredEntries, type WriteBatch } from './engine.ts';
import { int64OfText, int64Text, KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { requireKeySuffix, requireVersion } from './state-format.ts';
import type { JoinSide, OuterJoinState, Unmatched, UnmatchedId } from './states.ts';
import type { OuterJoinStoreDefinition } from './store-definition.ts';
import { TimeOrderedRows } from './time-ordered-rows.ts';
import { UncommittedRows } from './uncommitted-rows.ts';
import { UnmatchedCodec, VARIABLE_SIZE } from './unmatched-codec.ts';

/** The sides in a key of the changelog, behind the time. */
const SIDES = { left: '\u0001', right: '\u0000' } as const;
/** What keys in the engine begin with, before the time. Earlier versions had those of the changelog, whose times begin with a 0. */
const ROWS = { left: 'L', right: 'R' } as const;
const EARLIER_ROWS = '\u0000';
/** A row's key begins with its time; in the changelog its side is behind that. */
const TIME_BYTES = 8;

/**
 * The unmatched records of a left or outer join: of each side {@link TimeOrderedRows}, from time and key to a list of values. The changelog
 * has Kafka Streams' format: time, side and key.
 */
export class ManagedOuterJoinState<K, V1, V2> implements OuterJoinState<K>, ManagedStore {
  readonly definition: OuterJoinStoreDefinition<unknown, unknown, unknown>;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #codecs: Readonly<Record<JoinSide, UnmatchedCodec>>;
  readonly #uncommitted = new UncommittedRows<unknown[]>();
  readonly #rows: Readonly<Record<JoinSide, TimeOrderedRows<unknown[]>>>;

  constructor(definition: OuterJoinStoreDefinition<K, V1, V2>, environment: StoreEnvironment) {
    const { engine, prefix, budget, changelogTopic } = environment;
    this.definition = definition;
    this.#environment = environment;
    this.#keys = new KeyCodec(definition.keySerde, changelogTopic);
    this.#codecs = {
      left: new UnmatchedCodec('left', definition.valueSerde, changelogTopic),
      right: new UnmatchedCodec('right', definition.otherValueSerde, changelogTopic),
    };
    const uncommitted = this.#uncommitted;
    const rowsOf = (side: JoinSide): TimeOrderedRows<unknown[]> => {
      const codec = this.#codecs[side];
      return new TimeOrderedRows<unknown[]>({
        engine,
        prefix: prefix + ROWS[side],
        codec,
        budget,
        uncommitted,
      });
    };
    this.#rows = { left: rowsOf('left'), right: rowsOf('right') };
  }

  get name(): string {
    return this.definition.name;
  }

  get hasSpilled(): boolean {
    return this.#rows.left.hasSpilled || this.#rows.right.hasSpilled;
  }

  get timeMin(): number {
    return Math.min(this.#rows.left.timeMin, this.#rows.right.timeMin);
  }

  load(entry: UnmatchedId<K>): Promise<void> | undefined {
    const rows = this.#rows[entry.side];
    return rows.hasSpilled ? rows.load(this.#rowKey(entry)) : undefined;
  }

  add(entry: UnmatchedId<K>, value: unknown): void {
    const rows = this.#rows[entry.side];
    const key = this.#rowKey(entry);
    const values = rows.get(key) ?? [];
    values.push(value);
    rows.put(key, values);
  }

  remove(entry: UnmatchedId<K>): void {
    const rows = this.#rows[entry.side];
    if (rows.isEmpty) return;
    const key = this.#rowKey(entry);
    if (rows.get(key) !== undefined) rows.delete(key, entry.timestamp);
  }

  loadFirst(): Promise<void> | undefined {
    const [left, right] = [this.#rows.left.loadFirst(), this.#rows.right.loadFirst()];
    return left && right ? left.then(() => right) : (left ?? right);
  }

  first(side: JoinSide): Unmatched<K> | undefined {
    const rows = this.#rows[side];
    const rowKey = rows.first();
    const values = rowKey === undefined ? undefined : rows.get(rowKey);
    if (rowKey === undefined || values === undefined) return undefined;
    const key = this.#keys.key(rowKey.slice(TIME_BYTES));
    return { key, timestamp: timeIn(rowKey), side, values };
  }

  timeBehindFirsts(): number | undefined | Promise<number | undefined> {
    const { left, right } = this.#rows;
    const [leftFirst, rightFirst] = [left.first(), right.first()];
    if (leftFirst === undefined || rightFirst === undefined) {
      const last = (leftFirst === undefined ? right : left).last();
      return last instanceof Promise ? last.then(timeIn) : timeIn(last);
    }
    const [leftMs, rightMs] = [timeIn(leftFirst), timeIn(rightFirst)];
    // Left comes after right.
    const [behindLeft, behindRight] =
      leftMs >= rightMs
        ? [left.firstFrom(`${leftFirst}\0`), right.firstFrom(int64Text(leftMs + 1))]
        : [left.firstFrom(int64Text(rightMs)), right.firstFrom(`${rightFirst}\0`)];
    const latestMs = Math.max(leftMs, rightMs);
    if (behindLeft instanceof Promise || behindRight instanceof Promise)
      return Promise.all([behindLeft, behindRight]).then((keys) => leastTime(keys, latestMs));
    return leastTime([behindLeft, behindRight], latestMs);
  }

  open(): void | Promise<void> {
    const moving = this.#moveEarlierRows();
    return moving instanceof Promise ? moving.then(() => this.#openRows()) : this.#openRows();
  }

  loadPrefetched(): undefined {
    return undefined;
  }

  logChanges(log: ChangeLog): void {
    for (const entry of this.#uncommitted.entries) {
      const { rows, key } = entry;
      const side = rows === this.#rows.left ? 'left' : 'right';
      log({
        key: Buffer.from(key.slice(0, TIME_BYTES) + SIDES[side] + key.slice(TIME_BYTES), 'latin1'),
        value: rows.encode(entry) ?? null,
        timestamp: timeIn(key),
        headers: NO_HEADERS,
      });
    }
  }

  writeTo(batch: WriteBatch): void {
    this.#uncommitted.writeTo(batch);
  }

  committed(): void {
    this.#uncommitted.committed();
  }

  evict(): void {
    this.#rows.left.evict();
    this.#rows.right.evict();
  }

  expire(): void {}

  prefetchForRestore({ key, value }: ChangelogRecord): void {
    const where = this.#environment.changelogTopic;
    requireKeySuffix(key.length, TIME_BYTES + 1, where);
    if (value !== null) requireVersion(value, VARIABLE_SIZE, where);
  }

  restore({ key, value, timestamp }: ChangelogRecord): void {
    const { side, rowKey } = rowOf(key.toString('latin1'));
    const rows = this.#rows[side];
    if (value) rows.put(rowKey, this.#codecs[side].decode(rowKey, value));
    else rows.delete(rowKey, timestamp);
  }

  close(): void {
    this.#rows.left.close();
    this.#rows.right.close();
  }

  #rowKey({ key, timestamp }: UnmatchedId<K>): string {
    return int64Text(timestamp) + this.#keys.text(key);
  }

  #openRows(): void | Promise<void> {
    const [left, right] = [this.#rows.left.open(), this.#rows.right.open()];
    if (left instanceof Promise || right instanceof Promise)
      return Promise.all([left, right]).then(() => undefined);
  }

  /** Rows of earlier versions get the keys that they have now. */
  #moveEarlierRows(): void | Promise<void> {
    const { engine, prefix } = this.#environment;
    const move = (stored: StoredEntries): void | Promise<void> => {
      if (stored.length === 0) return;
      return engine.write((batch) => {
        for (const [key, bytes] of stored) {
          const { side, rowKey } = rowOf(key.slice(prefix.length));
          batch.delete(key);
          batch.put(prefix + ROWS[side] + rowKey, bytes);
        }
      });
    };
    const from = prefix + EARLIER_ROWS;
    const stored = engine.scan({ from, to: endOfPrefix(from) });
    return stored instanceof Promise ? stored.then(move) : move(stored);
  }
}

/** The row that a key of the changelog stands for. */
function rowOf(changelogKey: string): { readonly side: JoinSide; readonly rowKey: string } {
  const side = changelogKey[TIME_BYTES] === SIDES.left ? 'left' : 'right';
  return { side, rowKey: changelogKey.slice(0, TIME_BYTES) + changelogKey.slice(TIME_BYTES + 1) };
}

function timeIn(rowKey: string): number;
function timeIn(rowKey: string | undefined): number | undefined;
function timeIn(rowKey: string | undefined): number | undefined {
  return rowKey === undefined ? undefined : int64OfText(rowKey, 0);
}

function leastTime(keys: readonly (string | undefined)[], otherwise: number): number {
  const times = keys.map(timeIn).filter((time) => time !== undefined);
  return times.length === 0 ? otherwise : Math.min(...times);
}
