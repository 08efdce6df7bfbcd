import { Observable, type Subscriber } from 'rxjs';
import { Queue } from '../../../base/queue.ts';
import type { PushRecord, PushRun } from '../../host/host.ts';
import { errorOf } from '../../../streams/threads/error-record.ts';
import type { SentBatch, ThreadEvent } from './messages.ts';
import type { QueryThread } from './query-thread.ts';
import { receivedPushRecord } from './sent-rows.ts';
import { ignoreThreadAway } from '../../../streams/threads/thread-ended.ts';

interface ThreadPushOptions {
  readonly push: number;
  readonly thread: Pick<QueryThread, 'post' | 'tell'>;
}

type PushEvent = Extract<ThreadEvent, { readonly kind: 'pushRows' | 'pushEnded' }>;

/**
 * A push query that runs in another thread. What waits here while its reader is too slow is what one record has resulted in, as
 * if it ran here, and what the thread may have posted before it waits for the reader, too.
 */
export class ThreadPush implements PushRun {
  readonly records$: Observable<PushRecord>;
  /** Known when it has started. */
  token: string | undefined;
  readonly #options: ThreadPushOptions;
  readonly #waiting = new Queue<PushEvent>();
  #subscriber: Subscriber<PushRecord> | undefined;
  /** In the first batch that waits: how many of its records and ends have been passed on. */
  #recordsTaken = 0;
  #endsTaken = 0;
  /** The last record that was passed on is not known to be the last one that its source record has resulted in. */
  #isInRecord = false;
  /** Why its thread has ended, once it has. */
  #loss: { readonly error: unknown } | undefined;
  #isPaused = false;
  #isDraining = false;
  #closed: Promise<void> | undefined;

  constructor(options: ThreadPushOptions) {
    this.#options = options;
    this.records$ = new Observable((subscriber) => {
      if (this.#closed !== undefined) return subscriber.complete();
      // The next thread knows nothing of it.
      if (this.#loss !== undefined) return subscriber.error(this.#loss.error);
      this.#subscriber = subscriber;
      options.thread.post({ kind: 'readPush', push: options.push });
      return () => {
        // Why it cannot be closed is logged where it runs.
        this.close().catch(() => undefined);
      };
    });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#drain();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  take(event: PushEvent): void {
    if (this.#closed !== undefined) return;
    this.#waiting.push(event);
    this.#drain();
  }

  /** Called when its thread has ended. */
  lost(error: unknown): void {
    this.#loss = { error };
    this.#waiting.clear();
    this.#subscriber?.error(error);
  }

  async #close(): Promise<void> {
    const { thread, push } = this.#options;
    this.#waiting.clear();
    // What it had is removed when the thread answers again, or by the one that comes after one that has ended.
    await thread.tell({ kind: 'closePush', push }).catch(ignoreThreadAway);
  }

  /** Passes on what waits, until the reader is too slow. */
  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (this.#closed === undefined) {
      const event = this.#waiting.first;
      if (event === undefined) break;
      if (event.kind === 'pushRows') {
        if (!this.#passOn(event.batch)) break;
        this.#options.thread.post({ kind: 'takeRows', push: event.push, rows: event.batch.records.length });
      } else if (this.#isPaused) break;
      else this.#end(event);
      this.#recordsTaken = 0;
      this.#endsTaken = 0;
      this.#waiting.shift();
    }
    this.#isDraining = false;
  }

  /** @returns whether all of the batch has been passed on. */
  #passOn({ records, ends }: SentBatch): boolean {
    while (this.#recordsTaken < records.length && this.#closed === undefined) {
      if (ends[this.#endsTaken] === this.#recordsTaken) {
        this.#endsTaken++;
        this.#isInRecord = false;
      }
      if (this.#isPaused && !this.#isInRecord) return false;
      const record = records[this.#recordsTaken++];
      this.#isInRecord = true;
      if (record !== undefined) this.#subscriber?.next(receivedPushRecord(record));
    }
    // What the last one has resulted in ends here.
    if (this.#endsTaken < ends.length) this.#isInRecord = false;
    return true;
  }

  #end({ error }: Extract<PushEvent, { readonly kind: 'pushEnded' }>): void {
    if (error === undefined) this.#subscriber?.complete();
    else this.#subscriber?.error(errorOf(error));
  }
}
