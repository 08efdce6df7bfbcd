import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';

/** Says which cluster it was that a statement waited for in vain. */
export class KafkaAbsence {
  /** How long a statement waits for the cluster. */
  readonly timeoutMs: number;
  readonly #bootstrapServers: string;
  readonly #failure: () => string | undefined;

  constructor(options: {
    readonly bootstrapServers: string;
    readonly timeoutMs: number;
    /** Why the cluster is not there, as the health check has found; undefined while it answers. */
    readonly failure: () => string | undefined;
  }) {
    this.timeoutMs = options.timeoutMs;
    this.#bootstrapServers = options.bootstrapServers;
    this.#failure = options.failure;
  }

  /** An error that says what has become of the statement; undefined while the cluster answers. */
  error(outcome: string): OperationalError | undefined {
    const failure = this.#failure();
    if (failure === undefined) return undefined;
    return new OperationalError('KAFKA_UNAVAILABLE', `${outcome}: ${failure}`, { retriable: true });
  }

  /** The error of a client, with the name of the cluster where a time ran out that says nothing of it. */
  named(error: unknown): unknown {
    if (!(error instanceof OperationalError) || error.code !== 'TIMED_OUT') return error;
    if (error.message.includes(this.#bootstrapServers)) return error;
    const cluster = `the Kafka cluster at ${this.#bootstrapServers}`;
    const message = `${cluster} ${stateBy(error.cause)}: ${error.message}`;
    return new OperationalError(error.code, message, { retriable: error.retriable, cause: error });
  }
}

/** What is wrong with the cluster, by what was last heard of it: a code of Kafka's is an answer. */
function stateBy(cause: unknown): string {
  if (!(cause instanceof OperationalError) || !(cause.code in ErrorCode)) return 'does not answer';
  if (cause.code.startsWith('NOT_ENOUGH_REPLICAS'))
    return 'lacks replicas: fewer are in sync than min.insync.replicas asks for';
  if (cause.code === 'KAFKA_STORAGE_ERROR') return 'cannot write: a disk of it is full, or has failed';
  return 'answers, but does not do it';
}
