import { messageOf, OperationalError } from '../../base/errors.ts';
import { TransactionError } from '../../client/transaction-error.ts';
import type { ConsumerGroupMetadata } from '../../client/types.ts';

/**
 * What is done after a transaction has failed, whose work is gone. `replay`: the tasks begin again at what is committed, where they
 * are. `rejoin`: they may be somebody else's by now, so this member gives them up and joins the group anew (TaskMigratedException
 * of Kafka Streams).
 */
type TaskRecovery = 'replay' | 'rejoin';

/** A transaction that is to be aborted, and whose records are processed again. */
export class TransactionFailure extends Error {
  override readonly name = 'TransactionFailure';
  readonly recovery: TaskRecovery;
  /** As whom it was refused, where not its producer was. */
  readonly member: ConsumerGroupMetadata | undefined;

  constructor(recovery: TaskRecovery, cause: unknown, member?: ConsumerGroupMetadata) {
    super(messageOf(cause), { cause });
    this.recovery = recovery;
    this.member = member;
  }

  /** Whether the producer cannot go on. */
  get needsProducer(): boolean {
    return this.cause instanceof TransactionError && this.cause.recovery !== 'abort';
  }
}

/** Somebody else goes on under the transactional id: another process, an administrator, or the coordinator after its timeout. */
const FENCED_CODES: ReadonlySet<string> = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED']);

const INSTANCE_CODES: ReadonlySet<string> = new Set(['FENCED_INSTANCE_ID']);

/** Whether a producer was fenced. */
export function isFencedProducer(error: unknown): boolean {
  return hasCode(error, FENCED_CODES);
}

/** Whether another member has the `group.instance.id` of this one: each that came back would put the other out. */
export function isFencedInstance(error: unknown): boolean {
  return hasCode(error, INSTANCE_CODES);
}

/**
 * The member, or its producer, has been replaced, as far as the cluster knows. INVALID_TXN_STATE is what a coordinator of TV2 answers to
 * a commit that comes after it has aborted the transaction by itself (KAFKA-20785).
 */
const REPLACED_CODES: ReadonlySet<string> = new Set([
  'COMMIT_FAILED',
  'ILLEGAL_GENERATION',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'PRODUCER_FENCED',
  'UNKNOWN_MEMBER_ID',
  'UNKNOWN_PRODUCER_ID',
]);

/**
 * Returns the failure that an error of a transactional producer is, by its class (KIP-1050); undefined for one that processing again
 * would not mend, such as a record that is too large.
 */
export function transactionFailure(error: unknown): TransactionFailure | undefined {
  if (error instanceof TransactionFailure) return error;
  if (!(error instanceof OperationalError) || isFencedInstance(error)) return undefined;
  if (hasCode(error, REPLACED_CODES)) return new TransactionFailure('rejoin', error);
  if (!(error instanceof TransactionError))
    return error.retriable || error.code === 'TRANSACTION_ABORTED'
      ? new TransactionFailure('replay', error)
      : undefined;
  // What the transaction has failed with was told by itself, too.
  return error.recovery === 'none' ? undefined : new TransactionFailure('replay', error);
}

/** Of the error, or of one that it comes from. */
function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  if (!(error instanceof Error)) return false;
  return (error instanceof OperationalError && codes.has(error.code)) || hasCode(error.cause, codes);
}
