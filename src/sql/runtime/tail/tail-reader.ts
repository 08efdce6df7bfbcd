import { Observable, type Subscriber } from 'rxjs';
import { assertDefined } from '../../../base/assert.ts';
import { OperationalError } from '../../../base/errors.ts';
import { Queue } from '../../../base/queue.ts';
import { SharedRecords } from '../../../client/consumer/shared-records.ts';
import type { FetchedRecords } from '../../../client/types.ts';
import { preparationOf } from '../../../streams/runtime/preparation.ts';
import { ProcessingTurn } from '../../../streams/runtime/processing-turn.ts';
import type { Task } from '../../../streams/runtime/task.ts';
import type { PushRecord, PushRun } from '../../host/host.ts';

/** Records of one partition that were read, and how many bytes their keys and values have. */
export interface ReadRecords {
  readonly fetched: FetchedRecords;
  readonly bytes: number;
}

/** So much may wait for a reader that is held up. The bytes are those of all readers together. */
const WAITING_BYTES_MAX = 8_388_608;

interface TailReaderOptions {
  readonly queryId: string;
  readonly newTask: (emit: (record: PushRecord) => void) => Task;
  /** Makes the text that the query can be continued by; absent where nobody has asked for it. */
  readonly token?: ((offsets: readonly number[]) => string) | undefined;
  /** Called before each record that is processed. */
  readonly onRecord?: (() => void) | undefined;
  readonly turn?: ProcessingTurn | undefined;
  readonly onClose: () => void;
}

/**
 * A push query over records that a {@link TopicTail} reads, for it and for others. What comes while it is held up waits, up to
 * {@link WAITING_BYTES_MAX}; a query that is held up for longer is ended, and holds up nobody else.
 */
export class TailReader implements PushRun {
  readonly records$: Observable<PushRecord>;
  readonly #options: TailReaderOptions;
  readonly #task: Task;
  readonly #turn: ProcessingTurn;
  /** By partition: the offset after what was processed. */
  readonly #offsets: number[];
  /** By partition: whether it is where the tail is. */
  readonly #follows: boolean[];
  readonly #waiting = new Queue<ReadRecords>();
  #waitingBytes = 0;
  /** What its task has of the first of those that wait. */
  #current: FetchedRecords | undefined;
  #left = 0;
  /** A result that is told with the next one, or with a token. */
  #held: PushRecord | undefined;
  #subscriber: Subscriber<PushRecord> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isPaused = false;
  #isDraining = false;
  /** Something has to come before the next record. */
  #isBusy = false;
  #isClosed = false;
  #onRoom: (() => void) | undefined;

  /** @param begins where it begins, by partition. */
  constructor(begins: readonly number[], options: TailReaderOptions) {
    this.#options = options;
    this.#turn = options.turn ?? new ProcessingTurn();
    this.#offsets = [...begins];
    this.#follows = begins.map(() => true);
    this.#task = options.newTask((record) => this.#emit(record));
    this.records$ = new Observable((subscriber) => {
      if (this.#isClosed) return subscriber.complete();
      this.#subscriber = subscriber;
      if (this.#failure !== undefined) return subscriber.error(this.#failure.error);
      this.#drain();
      return () => void this.close();
    });
  }

  /** By which the query can be continued from where it is. */
  get token(): string | undefined {
    return this.#options.token?.(this.#position());
  }

  /** Passes over what comes before these offsets. Called before anybody subscribes. */
  skipTo(offsets: readonly number[]): void {
    for (const [partition, offset] of offsets.entries()) {
      this.#offsets[partition] = Math.max(offset, this.#offsets[partition] ?? 0);
    }
  }

  /** A partition that the tail is further in: what is between is read for this one alone. */
  fallBehind(partition: number): void {
    this.#follows[partition] = false;
  }

  /** It has all up to where the tail is. */
  follow(partition: number): void {
    this.#follows[partition] = true;
  }

  /** Called with all that the tail reads. */
  tell(read: ReadRecords): void {
    if (this.#follows[read.fetched.partition] !== true) return;
    this.#take(read);
    if (this.#waitingBytes <= WAITING_BYTES_MAX) return;
    const message = `The client of ${this.#options.queryId} is too slow: more than ${WAITING_BYTES_MAX} bytes of records wait for it`;
    this.fail(new OperationalError('PUSH_QUERY_TOO_SLOW', message, { retriable: true }));
  }

  /** Called with what was read for this one alone. Resolves when there is room for more. */
  catchUp(read: ReadRecords): void | Promise<void> {
    this.#take(read);
    if (this.#waitingBytes <= WAITING_BYTES_MAX / 2 || this.#isOver) return;
    return new Promise((resolve) => (this.#onRoom = resolve));
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#failure = { error };
    this.#letGo();
    this.#subscriber?.error(error);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#drain();
  }

  close(): Promise<void> {
    const isLetGo = this.#isOver;
    this.#isClosed = true;
    // One that has failed has been let go of then.
    if (!isLetGo) this.#letGo();
    return Promise.resolve();
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#failure !== undefined;
  }

  #letGo(): void {
    this.#waiting.clear();
    this.#waitingBytes = 0;
    this.#onRoom?.();
    // It may be what is being processed that ends it, or something else that comes while a record is.
    if (!this.#isDraining && !this.#isBusy && !this.#task.isClosed) this.#task.close();
    this.#options.onClose();
  }

  #take(read: ReadRecords): void {
    if (this.#isOver) return;
    this.#waiting.push(read);
    this.#waitingBytes += read.bytes;
    this.#drain();
  }

  /** Processes what waits, until the reader is held up. */
  #drain(): void {
    if (this.#isDraining || this.#isBusy) return;
    this.#isDraining = true;
    try {
      this.#turn.during(() => {
        while (this.#mayGoOn && this.#next());
      });
    } catch (error) {
      this.fail(error);
    } finally {
      this.#isDraining = false;
    }
    this.#tellHeld();
    if (this.#isOver && !this.#task.isClosed) this.#task.close();
  }

  get #mayGoOn(): boolean {
    return this.#subscriber !== undefined && !this.#isPaused && !this.#isBusy && !this.#isOver;
  }

  /** Processes a record, or gets the next ones ready; false where there are none. */
  #next(): boolean {
    if (this.#left > 0) {
      this.#options.onRecord?.();
      if (this.#isPaused) return false;
      this.#left--;
      const processed = this.#task.processNext();
      if (processed instanceof Promise) this.#await(processed.then(() => this.#endRecord()));
      else this.#endRecord();
      return true;
    }
    const read = this.#waiting.shift();
    if (read === undefined) return false;
    this.#waitingBytes -= read.bytes;
    if (this.#waitingBytes <= WAITING_BYTES_MAX / 2) this.#onRoom?.();
    const queue = this.#queue(read.fetched.partition);
    const preparing = preparationOf(read.fetched, queue.source.node);
    if (preparing === undefined) this.#add(read.fetched);
    else this.#await(preparing.then(() => this.#add(read.fetched)));
    return true;
  }

  #add(fetched: FetchedRecords): void {
    if (this.#isOver) return;
    const { partition, records } = fetched;
    const from = this.#offsets[partition] ?? 0;
    const isWhole = (records[0]?.offset ?? from) >= from;
    const added = isWhole ? records : records.filter(({ offset }) => offset >= from);
    const shared = isWhole && fetched instanceof SharedRecords ? fetched : undefined;
    this.#task.addRecords(this.#queue(partition), added, shared);
    this.#current = fetched;
    this.#left = added.length;
    if (added.length === 0) this.#endRecord();
  }

  #endRecord(): void {
    if (this.#left > 0 || this.#current === undefined) return;
    const { partition, nextOffset } = this.#current;
    this.#offsets[partition] = Math.max(nextOffset, this.#offsets[partition] ?? 0);
    this.#current = undefined;
  }

  #await(waiting: Promise<void>): void {
    this.#isBusy = true;
    void waiting
      .catch((error: unknown) => this.fail(error))
      .then(() => {
        this.#isBusy = false;
        this.#drain();
      });
  }

  #emit(record: PushRecord): void {
    if (this.#options.token === undefined) {
      if (!this.#isOver) this.#subscriber?.next(record);
      return;
    }
    const held = this.#held;
    this.#held = record;
    if (held !== undefined && !this.#isOver) this.#subscriber?.next(held);
  }

  /** All up to the last record that was processed has been told with it. */
  #tellHeld(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const { token } = this;
    if (token !== undefined && !this.#isOver) this.#subscriber?.next({ ...held, token });
  }

  /** Where it is, within records that are being processed, too. */
  #position(): readonly number[] {
    if (this.#current === undefined) return this.#offsets;
    const { partition } = this.#current;
    const { nextOffset } = this.#queue(partition);
    return this.#offsets.with(partition, Math.max(nextOffset, this.#offsets[partition] ?? 0));
  }

  #queue(partition: number): Task['queues'][number] {
    return assertDefined(this.#task.queues[partition], 'the topic has no such partition');
  }
}
