import { assert } from '../../base/assert.ts';
import { NodeFailure } from '../operators/rx-node.ts';
import type { AnyRecord } from '../record.ts';
import { CurrentRecord } from './current-record.ts';
import { ProcessingTurn } from './processing-turn.ts';

/** A node of a running task. */
export interface RuntimeNode {
  readonly name: string;
  readonly children: RuntimeNode[];
  /** See {@link Operator.load}; absent on nodes without state. */
  readonly load: ((record: AnyRecord) => Promise<void> | undefined) | undefined;
  readonly process: (record: AnyRecord) => void | Promise<void>;
}

/**
 * Runs records through the nodes of a task: depth-first, one at a time, each to completion. What a node forwards runs
 * before `forward` returns: children see the stores as they are then, and what they throw is thrown there. Everything is
 * synchronous until a node has to wait. Then what its parents forward meanwhile waits for its turn, and a node is done when
 * all is done that it has forwarded.
 *
 * Each step of a record is a method that makes no function: for one that does, V8 makes room for what that sees whenever the method
 * begins, whether or not anything has to wait. With a hundred applications that was a third of all garbage.
 */
export class Executor {
  readonly current = new CurrentRecord();
  readonly #onFailure: (error: unknown, node: RuntimeNode, record: AnyRecord) => void;
  /** Taken again after each wait; before it, whoever runs a record has it. */
  readonly #turn: ProcessingTurn;
  /** Of each node that has forwarded something which waits: the end of it. */
  readonly #unfinished = new Map<RuntimeNode, Promise<void>>();
  /** Forwarded while nothing ran, by a timer of the application's: goes before the next record. */
  readonly #late: (() => void | Promise<void>)[] = [];
  #running = false;
  /** How many nodes are on the call stack. */
  #depth = 0;
  /** The innermost record that has to wait, known until the call stack is empty. */
  #suspended: AnyRecord | undefined;
  /** What the failure handler has thrown last. */
  #fatal: { readonly error: unknown } | undefined;

  /** `onFailure` throws to stop the task, or returns to drop the record. */
  constructor(
    onFailure: (error: unknown, node: RuntimeNode, record: AnyRecord) => void,
    turn = new ProcessingTurn(),
  ) {
    this.#onFailure = onFailure;
    this.#turn = turn;
  }

  /** Runs a record through all children of a node. */
  forward(from: RuntimeNode, record: AnyRecord): void {
    if (!this.#running || this.#unfinished.size > 0) {
      this.#forwardInTurn(from, record);
      return;
    }
    const waiting = this.#runChildren(from, record, 0);
    if (waiting) this.#remember(from, waiting);
  }

  /** Runs a record through one child of a node. */
  forwardTo(from: RuntimeNode, child: RuntimeNode, record: AnyRecord): void {
    if (!this.#running || this.#unfinished.size > 0) {
      this.#forwardToInTurn(from, child, record);
      return;
    }
    const waiting = this.#run(child, record);
    if (waiting) this.#remember(from, waiting);
  }

  /** The end of what a node has forwarded and has to wait; undefined where all of it is done. */
  unfinished(from: RuntimeNode): Promise<void> | undefined {
    return this.#unfinished.get(from);
  }

  /** Runs a record through a node and all that comes of it. After a failure that stops the task nothing is left of it. */
  run(node: RuntimeNode, record: AnyRecord): void | Promise<void> {
    this.#start();
    try {
      const late = this.#late.length > 0 ? this.#runLate() : undefined;
      const waiting = late ? this.#runAfter(late, node, record) : this.#run(node, record);
      return this.#end(waiting);
    } catch (error) {
      this.#reset();
      throw error;
    }
  }

  /** Lets something forward that comes from no record: a change that a cache has held back, a punctuator. */
  runHeld(
    held: { forward(index: number): void | Promise<void> },
    index: number,
    timestamp: number,
  ): void | Promise<void> {
    this.#start();
    try {
      this.current.clear(timestamp);
      const answered = held.forward(index);
      if (answered) return this.#end(this.#allAfter(answered));
      return this.#end(this.#unfinished.size > 0 ? this.#all() : undefined);
    } catch (error) {
      this.#reset();
      throw error;
    }
  }

  #start(): void {
    assert(!this.#running, 'a task runs one record at a time');
    this.#running = true;
  }

  #end(waiting: void | Promise<void>): void | Promise<void> {
    if (waiting) return this.#endAfter(waiting);
    this.#running = false;
  }

  #endAfter(waiting: Promise<void>): Promise<void> {
    return waiting.then(
      () => {
        this.#running = false;
      },
      (error: unknown) => {
        this.#reset();
        throw error;
      },
    );
  }

  #reset(): void {
    this.#running = false;
    this.#depth = 0;
    this.#suspended = undefined;
    this.#unfinished.clear();
  }

  #runLate(): void | Promise<void> {
    for (let next = this.#late.shift(); next; next = this.#late.shift()) {
      const waiting = next();
      if (waiting) return this.#turn.after(waiting, () => this.#runLate());
    }
  }

  #runChildren(from: RuntimeNode, record: AnyRecord, first: number): void | Promise<void> {
    const { children } = from;
    for (let i = first; i < children.length; i++) {
      const child = children[i];
      const waiting = child && this.#run(child, record);
      if (waiting) return this.#runOthersAfter(waiting, { from, record, first: i + 1 });
    }
  }

  #runOthersAfter(
    waiting: Promise<void>,
    {
      from,
      record,
      first,
    }: { readonly from: RuntimeNode; readonly record: AnyRecord; readonly first: number },
  ): Promise<void> {
    return this.#turn.after(waiting, () => this.#runChildren(from, record, first));
  }

  #runAfter(before: Promise<void>, node: RuntimeNode, record: AnyRecord): Promise<void> {
    return this.#turn.after(before, () => this.#run(node, record));
  }

  #run(node: RuntimeNode, record: AnyRecord): void | Promise<void> {
    const { current } = this;
    const { timestamp, headers } = current;
    current.timestamp = record.timestamp;
    current.headers = record.headers;
    this.#depth++;
    let waiting: void | Promise<void> = undefined;
    try {
      const missing = node.load === undefined ? undefined : this.#load(node, record);
      if (missing === undefined) waiting = this.#process(node, record);
      else if (missing !== 'failed') waiting = this.#resumeAfter(missing, node, record);
    } finally {
      this.#depth--;
      current.timestamp = timestamp;
      current.headers = headers;
    }
    if (!waiting) return;
    this.#suspend(record);
    return this.#enterAfter(waiting, { timestamp, headers });
  }

  #enterAfter(waiting: Promise<void>, before: Pick<AnyRecord, 'timestamp' | 'headers'>): Promise<void> {
    return waiting.finally(() => this.current.enter(before));
  }

  #resumeAfter(missing: Promise<void>, node: RuntimeNode, record: AnyRecord): Promise<void> {
    return this.#turn.after(missing, () => this.#resume(node, record));
  }

  /** What a node had to wait for is there. */
  #resume(node: RuntimeNode, record: AnyRecord): void | Promise<void> {
    this.current.enter(record);
    this.#depth++;
    let waiting: void | Promise<void> = undefined;
    try {
      waiting = this.#process(node, record);
    } finally {
      this.#depth--;
    }
    if (waiting) this.#suspend(record);
    return waiting;
  }

  /** Those on the call stack go on with their own records; then the one that waits is the record in flight. */
  #suspend(record: AnyRecord): void {
    this.#suspended ??= record;
    if (this.#depth > 0) return;
    this.current.enter(this.#suspended);
    this.#suspended = undefined;
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

  #process(node: RuntimeNode, record: AnyRecord): void | Promise<void> {
    let waiting: void | Promise<void> = undefined;
    try {
      waiting = node.process(record);
    } catch (error) {
      if (!this.#unfinished.has(node)) {
        this.#fail(error, node, record);
        return;
      }
      waiting = Promise.reject(error);
    }
    if (waiting || (this.#unfinished.size > 0 && this.#unfinished.has(node)))
      return this.#finish(node, record, waiting);
  }

  async #finish(node: RuntimeNode, record: AnyRecord, waiting: void | Promise<void>): Promise<void> {
    try {
      await waiting;
    } catch (error) {
      await this.#unfinished.get(node);
      this.#fail(error, node, record);
    }
    for (let rest = this.#unfinished.get(node); rest; rest = this.#unfinished.get(node)) await rest;
  }

  async #allAfter(answered: Promise<void>): Promise<void> {
    await answered;
    await this.#all();
  }

  async #all(): Promise<void> {
    for (const rest of this.#unfinished.values()) await rest;
  }

  #forwardInTurn(from: RuntimeNode, record: AnyRecord): void {
    this.#inTurn(from, () => this.#runChildren(from, record, 0));
  }

  #forwardToInTurn(from: RuntimeNode, child: RuntimeNode, record: AnyRecord): void {
    this.#inTurn(from, () => this.#run(child, record));
  }

  /** Forwards when everything is done that the node has forwarded before. */
  #inTurn(from: RuntimeNode, work: () => void | Promise<void>): void {
    if (!this.#running) {
      this.#late.push(work);
      return;
    }
    const before = this.#unfinished.get(from);
    const waiting = before ? this.#turn.after(before, work) : work();
    if (waiting) this.#remember(from, waiting);
  }

  #remember(from: RuntimeNode, waiting: Promise<void>): void {
    const end = waiting.finally(() => {
      if (this.#unfinished.get(from) === end) this.#unfinished.delete(from);
    });
    this.#unfinished.set(from, end);
  }

  #fail(error: unknown, node: RuntimeNode, record: AnyRecord): void {
    const cause = error instanceof NodeFailure ? error.cause : error;
    // What stops the task passes all nodes that have forwarded it, and is asked about once.
    if (this.#fatal !== undefined && this.#fatal.error === cause) throw cause;
    try {
      if (error instanceof NodeFailure)
        this.#onFailure(cause, { ...node, name: error.nodeName }, error.record);
      else this.#onFailure(error, node, record);
    } catch (fatal) {
      this.#fatal = { error: fatal };
      throw fatal;
    }
  }
}
