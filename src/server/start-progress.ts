import { RestError, RestErrorCode, shuttingDown } from './rest/rest-error.ts';

/** Queries that a start takes up again. */
interface StartedQueries {
  readonly started: number;
  readonly total: number;
}

/**
 * How far a server has come that starts. Its port answers at once; statements are taken when the recorded ones have been
 * read, and the queries that those have left start while they are.
 */
export class StartProgress {
  readonly #queries: () => StartedQueries;
  #step: string;
  #isReady = false;
  #termination: 'begun' | 'over' | undefined;

  constructor(options: { readonly firstStep: string; readonly queries: () => StartedQueries }) {
    this.#step = options.firstStep;
    this.#queries = options.queries;
  }

  /** Whether statements are taken. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** What the start is at; undefined when it is over. */
  get text(): string | undefined {
    if (!this.#isReady) return `starting, ${this.#step}`;
    const { started, total } = this.#queries();
    return started < total ? `starting, ${started} of ${total} queries` : undefined;
  }

  /** Called when the next thing begins that statements have to wait for. */
  step(text: string): void {
    this.#step = text;
  }

  /** Called when statements can be taken. */
  ready(): void {
    this.#isReady = true;
  }

  /** Called when the service ends for good, and when it has ended. */
  terminate(termination: 'begun' | 'over'): void {
    this.#termination = termination;
  }

  /** Whether the service ends, or has ended. */
  get termination(): 'begun' | 'over' | undefined {
    return this.#termination;
  }

  /** @throws {RestError} 50302, as ksqlDB says it, until statements are taken; 50303 and 50304 when the service is terminated. */
  requireReady(): void {
    if (this.#termination === 'over') throw new RestError(RestErrorCode.SHUT_DOWN, 'The server is shut down');
    if (this.#termination === 'begun') throw shuttingDown();
    if (this.#isReady) return;
    throw new RestError(
      RestErrorCode.NOT_READY,
      `KSQL is not yet ready to serve requests: ${this.text ?? 'starting'}`,
    );
  }
}
