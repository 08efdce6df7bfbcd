import { assert } from '../../base/assert.ts';
import { NodeFailure } from '../operators/rx-node.ts';
import type { AnyRecord } from '../topology/nodes.ts';
import { CurrentRecord } from './current-record.ts';

/** A node of a running task. */
export interface RuntimeNode {
  readonly name: string;
  readonly children: RuntimeNode[];
  /** See {@link Operator.load}; absent on nodes without state. */
  readonly load: ((record: AnyRecord) => Promise<void> | undefined) | undefined;
  readonly process: (record: AnyRecord) => void | Promise<void>;
}

/**
 * Runs records through the nodes of a task: depth-first, one at a time, each to completion. What a node forwards is
 * pushed on an explicit stack and runs when the node has returned, first forwarded first. Everything is synchronous
 * until a node has to wait for its state; then, and only then, `run` answers a promise.
 */
export class Executor {
  readonly current = new CurrentRecord();
  readonly #nodes: RuntimeNode[] = [];
  readonly #records: AnyRecord[] = [];
  readonly #onFailure: (error: unknown, node: RuntimeNode, record: AnyRecord) => void;
  #top = 0;
  #running = false;

  /** `onFailure` throws to stop the task, or returns to drop the record. */
  constructor(onFailure: (error: unknown, node: RuntimeNode, record: AnyRecord) => void) {
    this.#onFailure = onFailure;
  }

  /** Sends a record to all children of a node, as soon as the node that runs now has returned. */
  forward(from: RuntimeNode, record: AnyRecord): void {
    const { children } = from;
    for (let i = 0; i < children.length; i++) {
      const child = children[i];
      if (child !== undefined) this.push(child, record);
    }
  }

  push(node: RuntimeNode, record: AnyRecord): void {
    this.#nodes[this.#top] = node;
    this.#records[this.#top] = record;
    this.#top++;
  }

  /** Runs a record through a node and all that comes of it. */
  run(node: RuntimeNode, record: AnyRecord): void | Promise<void> {
    assert(!this.#running, 'a task runs one record at a time');
    this.push(node, record);
    return this.drain();
  }

  /** Runs whatever has been pushed. After a failure the stack is empty. */
  drain(): void | Promise<void> {
    this.#running = true;
    this.#reverseFrom(0);
    try {
      const waiting = this.#loop();
      if (!waiting) {
        this.#running = false;
        return;
      }
      return waiting.then(
        () => {
          this.#running = false;
        },
        (error: unknown) => {
          this.#reset();
          throw error;
        },
      );
    } catch (error) {
      this.#reset();
      throw error;
    }
  }

  #loop(): Promise<void> | undefined {
    while (this.#top > 0) {
      this.#top--;
      const node = this.#nodes[this.#top] as RuntimeNode;
      const record = this.#records[this.#top] as AnyRecord;
      this.current.timestamp = record.timestamp;
      this.current.headers = record.headers;
      if (node.load !== undefined) {
        const missing = this.#load(node, record);
        if (missing === 'failed') continue;
        if (missing) return this.#afterLoad(missing, node, record);
      }
      const waiting = this.#processOne(node, record);
      if (waiting) return waiting.then(() => this.#loop());
    }
    return undefined;
  }

  /** A key that cannot be made bytes is met here first: an error of this record, as it would be when it is processed. */
  #load(node: RuntimeNode, record: AnyRecord): Promise<void> | 'failed' | undefined {
    try {
      return node.load?.(record);
    } catch (error) {
      this.#fail(error, node, record);
      return 'failed';
    }
  }

  async #afterLoad(missing: Promise<void>, node: RuntimeNode, record: AnyRecord): Promise<void> {
    await missing;
    await this.#processOne(node, record);
    await this.#loop();
  }

  #processOne(node: RuntimeNode, record: AnyRecord): Promise<void> | undefined {
    const base = this.#top;
    let waiting: void | Promise<void> = undefined;
    try {
      waiting = node.process(record);
    } catch (error) {
      this.#fail(error, node, record);
    }
    if (waiting) {
      return waiting.then(
        () => this.#reverseFrom(base),
        (error: unknown) => {
          this.#fail(error, node, record);
          this.#reverseFrom(base);
        },
      );
    }
    this.#reverseFrom(base);
    return undefined;
  }

  #fail(error: unknown, node: RuntimeNode, record: AnyRecord): void {
    if (error instanceof NodeFailure)
      this.#onFailure(error.cause, { ...node, name: error.nodeName }, error.record);
    else this.#onFailure(error, node, record);
  }

  /** What was forwarded first must be on top. */
  #reverseFrom(base: number): void {
    for (let low = base, high = this.#top - 1; low < high; low++, high--) {
      const node = this.#nodes[low] as RuntimeNode;
      const record = this.#records[low] as AnyRecord;
      this.#nodes[low] = this.#nodes[high] as RuntimeNode;
      this.#records[low] = this.#records[high] as AnyRecord;
      this.#nodes[high] = node;
      this.#records[high] = record;
    }
  }

  #reset(): void {
    this.#top = 0;
    this.#running = false;
  }
}
