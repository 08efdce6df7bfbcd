import { Subject, type Observable, type OperatorFunction } from 'rxjs';
import type { AnyRecord } from '../record.ts';

/**
 * A chain of stateless nodes, run as one RxJS pipeline. An error ends a pipeline for good, so a new one is set up
 * before the error is thrown on: the next record finds it working.
 */
export class RxSegment {
  readonly #operators: readonly OperatorFunction<AnyRecord, AnyRecord>[];
  readonly #emit: (record: AnyRecord) => void;
  #input = new Subject<AnyRecord>();
  #failed = false;
  #failure: unknown = undefined;

  constructor(
    operators: readonly OperatorFunction<AnyRecord, AnyRecord>[],
    emit: (record: AnyRecord) => void,
  ) {
    this.#operators = operators;
    this.#emit = emit;
    this.#connect();
  }

  process(record: AnyRecord): void {
    this.#input.next(record);
    if (!this.#failed) return;
    const failure = this.#failure;
    this.#failed = false;
    this.#failure = undefined;
    this.#connect();
    throw failure;
  }

  close(): void {
    this.#input.complete();
  }

  /** What is thrown behind the segment must not be thrown into RxJS, which would report it later, to nobody. */
  #forward(record: AnyRecord): void {
    if (this.#failed) return;
    try {
      this.#emit(record);
    } catch (error) {
      this.#failed = true;
      this.#failure = error;
    }
  }

  #connect(): void {
    this.#input = new Subject<AnyRecord>();
    const output = this.#operators.reduce<Observable<AnyRecord>>(
      (source, operator) => operator(source),
      this.#input,
    );
    output.subscribe({
      next: (record) => this.#forward(record),
      error: (error: unknown) => {
        this.#failed = true;
        this.#failure = error;
      },
    });
  }
}
