import { Subject } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import { OperationalError } from '../../../../src/base/errors.ts';
import type { PushRecord, PushRun } from '../../../../src/sql/host/host.ts';
import { errorRecord } from '../../../../src/streams/threads/error-record.ts';
import type { ThreadCall, ThreadCommand } from '../../../../src/sql/runtime/thread/messages.ts';
import { ServedPush } from '../../../../src/sql/runtime/thread/served-push.ts';
import { threadEnded } from '../../../../src/streams/threads/thread-ended.ts';
import { ThreadPush } from '../../../../src/sql/runtime/thread/thread-push.ts';

/** So many rows may wait when another record is processed. */
const WAITING_ROWS_MAX = 256;

/** A push query whose records are processed when a test says so, and its two ends with the copying in between. */
class Connected {
  readonly push: ThreadPush;
  readonly #records = new Subject<PushRecord>();
  readonly #served: ServedPush;
  isHeld = false;
  isClosed = false;

  constructor() {
    this.#served = new ServedPush({
      timers: nodeEnvironment.timers,
      post: (batch) => this.push.take({ kind: 'pushRows', push: 1, batch: structuredClone(batch) }),
      ended: (failure) =>
        this.push.take({
          ...{ kind: 'pushEnded', push: 1 },
          ...(failure === undefined ? {} : { error: structuredClone(errorRecord(failure.error)) }),
        }),
    });
    const run: PushRun = {
      records$: this.#records,
      pause: () => (this.isHeld = true),
      resume: () => (this.isHeld = false),
      close: async () => {
        this.isClosed = true;
      },
    };
    this.#served.run = run;
    this.push = new ThreadPush({ push: 1, thread: this.#thread });
  }

  get #thread(): ConstructorParameters<typeof ThreadPush>[0]['thread'] {
    return {
      post: (command: ThreadCommand) => {
        if (command.kind === 'readPush') this.#served.read();
        if (command.kind === 'takeRows') this.#served.taken(command.rows);
      },
      tell: async (call: ThreadCall) => {
        if (call.kind === 'closePush') await this.#served.close();
        return undefined as never;
      },
    };
  }

  /** Processes records, of which each results in so many rows, until it is held up. @returns how many it has processed. */
  process(rowsOfEach: readonly number[]): number {
    let number = 0;
    for (const [index, rows] of rowsOfEach.entries()) {
      this.#served.onRecord();
      if (this.isHeld) return index;
      for (let i = 0; i < rows; i++) this.#records.next({ key: null, row: [number++] });
    }
    return rowsOfEach.length;
  }

  complete(): void {
    this.#records.complete();
  }

  fail(error: unknown): void {
    this.#records.error(error);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

let connected: Connected;
let seen: unknown[];
beforeEach(() => {
  connected = new Connected();
  seen = [];
});

function subscribe(onRow: (count: number) => void = () => undefined): void {
  connected.push.records$.subscribe({
    next: ({ row }) => {
      seen.push(row?.[0]);
      onRow(seen.length);
    },
    complete: () => seen.push('complete'),
    error: (error: unknown) => seen.push(error),
  });
}

describe('rows of a push query that runs in another thread', () => {
  it.each([
    ['one of each record', upTo(1000).map(() => 1), 1000],
    ['many of some', [0, 3, 0, 0, 1000, 1, 0], 1004],
  ] as const)('come in order, and before the end: %s', async (_what, rowsOfEach, count) => {
    subscribe();
    expect(connected.process(rowsOfEach)).toBe(rowsOfEach.length);
    connected.complete();
    expect(seen).toEqual([...upTo(count), 'complete']);
    await turn();
    expect(seen).toHaveLength(count + 1);
  });

  it('come soon where they are few', async () => {
    subscribe();
    connected.process([1, 1]);
    expect(seen).toEqual([]);
    await turn();
    expect(seen).toEqual([0, 1]);
  });

  it('wait where they are made while nobody takes them: processing is held up before the next record', async () => {
    subscribe((count) => {
      if (count === 1) connected.push.pause();
    });
    connected.process([1]);
    await turn();
    const records = upTo(10 * WAITING_ROWS_MAX).map(() => 1);
    expect(connected.process(records)).toBe(WAITING_ROWS_MAX);
    await turn();
    // What comes of the first record ends here, the others wait.
    expect(seen).toEqual([0]);
    connected.push.resume();
    expect(connected.isHeld).toBe(false);
    expect(seen).toEqual([0, ...upTo(WAITING_ROWS_MAX)]);
  });

  it('of the record that is being passed on all are passed on, however slow the reader is', async () => {
    subscribe((count) => {
      if (count === 1) connected.push.pause();
    });
    expect(connected.process([5 * WAITING_ROWS_MAX, 1, 1])).toBe(3);
    await turn();
    expect(seen).toEqual(upTo(5 * WAITING_ROWS_MAX));
    connected.push.resume();
    expect(seen).toEqual(upTo(5 * WAITING_ROWS_MAX + 2));
  });

  it('come before the error that ends it, which keeps what it is', () => {
    subscribe();
    connected.process([1]);
    connected.fail(new OperationalError('DISK_FULL', 'no space', { retriable: true }));
    expect(seen).toEqual([0, expect.objectContaining({ code: 'DISK_FULL', retriable: true })]);
    expect(seen[1]).toBeInstanceOf(OperationalError);
  });

  it('come no more once it was closed', async () => {
    subscribe((count) => {
      if (count === 2) void connected.push.close();
    });
    connected.process([1, 1, 1, 1]);
    await turn();
    expect(seen).toEqual([0, 1]);
    await expect.poll(() => connected.isClosed).toBe(true);
  });

  it('come no more when the thread has ended, which is told', async () => {
    subscribe();
    connected.process([1]);
    await turn();
    connected.push.lost(new Error('the thread has ended'));
    expect(seen).toEqual([0, new Error('the thread has ended')]);
  });

  it('end with the error where the thread has ended before anybody takes them', () => {
    const ended = threadEnded();
    connected.push.lost(ended);
    subscribe();
    expect(seen).toEqual([ended]);
  });
});
