import { describe, expect, it, vi } from 'vitest';
import { assertDefined } from '../../../src/base/assert.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { RepeatedWarnings } from '../../../src/base/repeated-warnings.ts';
import type { PushRecord } from '../../../src/sql/host/host.ts';
import { pushTask } from '../../../src/sql/runtime/tail/push-task.ts';
import { TailReader } from '../../../src/sql/runtime/tail/tail-reader.ts';
import { readRecords } from '../../../src/sql/runtime/tail/topic-tail.ts';
import { Serdes } from '../../../src/streams/serdes.ts';
import { StreamsBuilder } from '../../../src/streams/builder/streams-builder.ts';
import type { Task } from '../../../src/streams/runtime/task.ts';
import { SharedDecoding } from '../../../src/streams/runtime/shared-decoding.ts';

interface Opened {
  readonly reader: TailReader;
  /** Values of the rows, and the tokens behind them. */
  readonly told: string[];
  readonly failures: unknown[];
  /** How often it was let go of. */
  readonly closed: () => number;
  readonly subscribe: () => void;
  readonly task: () => Task;
}

interface OpenOptions {
  readonly hasTokens?: boolean;
  readonly onToken?: (token: string) => void;
  /** What each record waits for. */
  readonly process?: () => Promise<void>;
}

/** A reader of the topic `t`, whose rows are the values of its records; tokens are its offsets. */
function open(begins: readonly number[], { hasTokens = false, onToken, process }: OpenOptions = {}): Opened {
  const told: string[] = [];
  const failures: unknown[] = [];
  let closed = 0;
  let task: Task | undefined;
  const token = (offsets: readonly number[]): string => {
    const made = offsets.join('/');
    onToken?.(made);
    return made;
  };
  const reader = new TailReader(begins, {
    queryId: 'q',
    ...(hasTokens ? { token } : {}),
    newTask: (emit) => {
      const builder = new StreamsBuilder();
      builder
        .stream('t', { keySerde: Serdes.string, valueSerde: Serdes.string })
        .foreach((_key, value) => emit({ key: null, row: [value] }));
      task = pushTask(builder.build(), {
        ...{ environment: nodeEnvironment, logger: silentLogger, decoding: new SharedDecoding() },
        drops: new RepeatedWarnings(silentLogger, nodeEnvironment),
        ...{ queryId: 'q', topic: 't', partitions: begins.length, onFailure: {}, turn: undefined },
      });
      if (process !== undefined) {
        const processNext = task.processNext.bind(task);
        vi.spyOn(task, 'processNext').mockImplementation(() => process().then(processNext));
      }
      return task;
    },
    onClose: () => closed++,
  });
  const next = ({ row, token }: PushRecord): void => {
    told.push(JSON.stringify(row?.[0]).slice(1, -1), ...(token === undefined ? [] : [`token ${token}`]));
  };
  const subscribe = (): void => {
    reader.records$.subscribe({ next, error: (error: unknown) => failures.push(error) });
  };
  return {
    reader,
    told,
    failures,
    closed: () => closed,
    subscribe,
    task: () => assertDefined(task, 'it was made'),
  };
}

/** Records of a partition whose values are their partition and offset. */
function records(partition: number, from: number, to: number, value?: string) {
  const offsets = Array.from({ length: to - from }, (_, i) => from + i);
  return readRecords({
    topic: 't',
    partition,
    records: offsets.map((offset) => ({
      ...{ offset, timestamp: 0, key: null, headers: [] },
      value: Buffer.from(value ?? `${partition}:${offset}`),
    })),
    ...{ highWatermark: to, leaderEpoch: 0, nextOffset: to },
  });
}

describe('a reader behind a tail', () => {
  it('is told what comes from where it begins, which waits until it is read', () => {
    const { reader, told, subscribe } = open([0, 0]);
    reader.tell(records(0, 0, 4));
    reader.skipTo([2, 1]);
    reader.tell(records(1, 0, 2));
    expect(told).toEqual([]);
    subscribe();
    expect(told).toEqual(['0:2', '0:3', '1:1']);
    reader.tell(records(0, 4, 5));
    expect(told.at(-1)).toBe('0:4');
  });

  it('is told nothing by the tail while it is behind, and then what it has not been told', () => {
    const { reader, told, subscribe } = open([5, 0]);
    reader.fallBehind(0);
    subscribe();
    reader.tell(records(0, 10, 12));
    reader.tell(records(1, 0, 1));
    expect(told).toEqual(['1:0']);
    void reader.catchUp(records(0, 5, 10));
    void reader.catchUp(records(0, 10, 14));
    reader.follow(0);
    reader.tell(records(0, 12, 16));
    expect(told.slice(1)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((offset) => `0:${offset}`));
  });

  it('has tokens behind what was read together, within it where it is held up, and where it begins', () => {
    const { reader, told, subscribe } = open([3, 7], { hasTokens: true });
    expect(reader.token).toBe('3/7');
    subscribe();
    reader.tell(records(0, 3, 6));
    expect(told).toEqual(['0:3', '0:4', '0:5', 'token 6/7']);
    reader.pause();
    reader.tell(records(1, 7, 8));
    expect(told).toHaveLength(4);
    expect(reader.token).toBe('6/7');
    reader.resume();
    expect(told.slice(4)).toEqual(['1:7', 'token 6/8']);
  });

  it('is ended where too much waits for it, and lets go of the tail', () => {
    const { reader, failures, told, closed, subscribe } = open([0]);
    subscribe();
    reader.pause();
    const mebibyte = 'x'.repeat(1_048_576);
    for (let offset = 0; offset < 8; offset++) reader.tell(records(0, offset, offset + 1, mebibyte));
    expect(failures).toEqual([]);
    reader.tell(records(0, 100, 101, mebibyte));
    expect(failures).toEqual([expect.objectContaining({ code: 'PUSH_QUERY_TOO_SLOW' })]);
    expect(closed()).toBe(1);
    reader.resume();
    expect(told).toEqual([]);
  });

  it('waits for room where it catches up', async () => {
    const { reader, told, subscribe } = open([0]);
    reader.fallBehind(0);
    const mebibyte = 'x'.repeat(1_048_576);
    let offset = 0;
    let room: void | Promise<void> = undefined;
    while (room === undefined) {
      room = reader.catchUp(records(0, offset, offset + 1, mebibyte));
      offset++;
    }
    subscribe();
    await room;
    expect(told).toHaveLength(offset);
  });

  it('is told of a failure of the tail, and of nothing behind it', async () => {
    const { reader, told, failures, closed, subscribe } = open([0]);
    subscribe();
    reader.fail(new Error('gone'));
    reader.tell(records(0, 0, 1));
    expect(failures).toHaveLength(1);
    expect(told).toEqual([]);
    await reader.close();
    expect(closed()).toBe(1);
  });

  it('keeps its task until what it processes has ended', async () => {
    let end: () => void = () => undefined;
    const processing = new Promise<void>((resolve) => (end = resolve));
    const { reader, task, subscribe } = open([0], { process: () => processing });
    subscribe();
    reader.tell(records(0, 0, 1));
    await reader.close();
    expect(task().isClosed).toBe(false);
    end();
    await vi.waitFor(() => expect(task().isClosed).toBe(true));
  });

  it('makes no token where no row waits to be told', () => {
    const tokens: string[] = [];
    const { reader, told, subscribe } = open([0], {
      hasTokens: true,
      onToken: (token) => tokens.push(token),
    });
    subscribe();
    reader.pause();
    reader.resume();
    reader.tell(records(0, 0, 2));
    expect(told.at(-1)).toBe('token 2');
    expect(tokens).toEqual(['2']);
  });
});
