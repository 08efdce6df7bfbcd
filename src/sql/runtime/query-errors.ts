import { type Observable, Subject } from 'rxjs';
import { DiagnosticError, messageOf, OperationalError } from '../../base/errors.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import { StreamsFailure } from '../../streams/runtime/failures.ts';
import type { QueryError, QueryErrorKind } from '../host/host.ts';

/** Codes of errors that are about the records or the topics, which whoever owns them can mend and nobody else. */
const USER_CODES: ReadonlySet<string> = new Set([
  'MISSING_SOURCE_TOPIC',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'RECORD_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'POLICY_VIOLATION',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);

/** Codes by which a broker refuses a single record, whatever the size that the topic allows. */
const ROW_CODES: ReadonlySet<string> = new Set(['INVALID_TIMESTAMP', 'INVALID_RECORD']);

/** Whether a row cannot be written for its time or its key, while others can. */
export function isRefusedRow(error: unknown): boolean {
  return error instanceof OperationalError && ROW_CODES.has(error.code);
}

/**
 * Returns whose error it is, as ksqlDB's QueryErrorClassifier says it: of the user, whose topic is missing or whose record
 * cannot be read or processed; of the system, whose disk is full or whose cluster is away; or unknown.
 */
export function errorKindOf(error: unknown): QueryErrorKind {
  if (error instanceof StreamsFailure) {
    const inner = errorKindOf(error.cause);
    // What a record makes fail is the user's, unless it is known to be the cluster or the disk.
    return inner === 'UNKNOWN' && error.kind !== 'production' ? 'USER' : inner;
  }
  if (error instanceof OperationalError) return USER_CODES.has(error.code) ? 'USER' : 'SYSTEM';
  if (error instanceof DiagnosticError || error instanceof SerdeError) return 'USER';
  return 'UNKNOWN';
}

/**
 * What has gone wrong in a query, newest last: errors that stopped it, and errors that cost it a record or a column. Each
 * sort has a bound of its own, so that a flood of bad records does not push out why the query has failed.
 */
export class QueryErrors {
  readonly #sizeMax: number;
  readonly #nowMs: () => number;
  readonly #classify: (error: unknown) => QueryErrorKind | undefined;
  readonly #failures: QueryError[] = [];
  readonly #rowErrors: QueryError[] = [];
  readonly #changed = new Subject<void>();
  #total = 0;

  constructor(options: {
    readonly sizeMax: number;
    readonly nowMs: () => number;
    /** Whose error it is, where the properties of the query say it. */
    readonly classify?: (error: unknown) => QueryErrorKind | undefined;
  }) {
    this.#sizeMax = options.sizeMax;
    this.#nowMs = options.nowMs;
    this.#classify = options.classify ?? (() => undefined);
  }

  /** How many there were but for the dropped records, of which the last ones are kept. */
  get total(): number {
    return this.#total;
  }

  /** Adds an error that stopped the query. */
  addFailure(error: unknown): void {
    this.#total++;
    this.#add(this.#failures, messageOf(error), this.#classify(error) ?? errorKindOf(error));
  }

  /** Adds an error that a record met and that did not stop the query. */
  addRowError(message: string): void {
    this.#total++;
    this.addDrop(message);
  }

  /** Adds an error that cost a record, which is counted among the records that were dropped. */
  addDrop(message: string): void {
    this.#add(this.#rowErrors, message, 'USER');
  }

  /** Adds a loss outside the query that it goes on after. */
  addLoss(message: string): void {
    this.#add(this.#failures, message, 'SYSTEM');
  }

  /** Emits with each error that is added. */
  get changed$(): Observable<void> {
    return this.#changed.asObservable();
  }

  list(): readonly QueryError[] {
    return [...this.#failures, ...this.#rowErrors].toSorted((a, b) => a.timestampMs - b.timestampMs);
  }

  #add(errors: QueryError[], message: string, kind: QueryErrorKind): void {
    errors.push({ timestampMs: this.#nowMs(), message, kind });
    if (errors.length > this.#sizeMax) errors.shift();
    this.#changed.next();
  }
}
