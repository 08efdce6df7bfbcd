import { mustStop } from '../../base/assert.ts';
import { DiagnosticError, messageOf, OperationalError } from '../../base/errors.ts';
import { NO_HEADERS } from '../record.ts';
import type { ManagedStore, UnwritableValue } from '../state/managed-store.ts';
import type { Topology } from '../topology/topology.ts';
import { StreamsFailure } from './failures.ts';
import type { TaskFailures } from './task-failures.ts';

/**
 * Values that the serde of a store cannot write. Kafka Streams writes a value where it is put; here a store keeps it as it is
 * until the commit, which is where it is found. It is the failure of the record that it comes from nevertheless: the processing
 * handler is asked, and where it forgives, the row is what it was at the last commit.
 */
export class UnwritableValues {
  readonly #stores: readonly ManagedStore[];
  readonly #nodeOf: (store: string) => string;
  readonly #failures: TaskFailures;

  constructor(parts: {
    readonly stores: readonly ManagedStore[];
    readonly topology: Topology;
    readonly nodeNames: readonly string[];
    readonly failures: TaskFailures;
  }) {
    const { stores, topology, nodeNames, failures } = parts;
    this.#stores = stores;
    this.#failures = failures;
    this.#nodeOf = (store) =>
      nodeNames.find((name) => {
        const node = topology.nodes.get(name);
        return node?.kind === 'processor' && node.stores.includes(store);
      }) ?? '';
  }

  /** Takes back what cannot be written. Answers a promise where rows have to be read for it. @throws {StreamsFailure} */
  takeBack(): void | Promise<void> {
    let waiting: Promise<void>[] | undefined;
    for (const store of this.#stores) {
      const reading = store.takeBackUnwritable?.((value) => this.#ask(store.name, value));
      if (reading) (waiting ??= []).push(reading);
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  /** Says which store has failed where it is one that takes nothing back. @throws {StreamsFailure} */
  naming(store: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      if (mustStop(error) || error instanceof OperationalError || error instanceof StreamsFailure)
        throw error;
      const context = {
        topic: '',
        partition: -1,
        offset: -1,
        taskId: this.#failures.taskId,
        sink: undefined,
      };
      const record = { nodeName: this.#nodeOf(store), record: undefined };
      throw new StreamsFailure('processing', { ...context, ...record }, refusal(store, error));
    }
  }

  #ask(store: string, { key, value, timestamp, origin, error }: UnwritableValue): void {
    if (mustStop(error)) throw error;
    const { topic, partition, offset, headers } = origin;
    this.#failures.handle('processing', refusal(store, error), {
      topic,
      partition,
      offset,
      taskId: this.#failures.taskId,
      nodeName: this.#nodeOf(store),
      sink: undefined,
      record: { key, value, timestamp, headers: topic === '' ? NO_HEADERS : headers },
    });
  }
}

function refusal(store: string, cause: unknown): DiagnosticError {
  return new DiagnosticError(
    {
      message: `the store ${store} cannot keep a value: ${messageOf(cause)}`,
      hint: 'what is put into a store must be what its serde takes',
    },
    { cause },
  );
}
