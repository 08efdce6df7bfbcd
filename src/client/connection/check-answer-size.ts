import { OperationalError } from '../../base/errors.ts';

/** The smallest answer is a correlation id. */
const ANSWER_BYTES_MIN = 4;
/** No broker answers more than a fetch's limits allow; what claims to be longer is not a broker. */
const ANSWER_BYTES_MAX = 512 * 1024 * 1024;

/** @throws {OperationalError} `NOT_A_BROKER` for a size that no broker would send. */
export function checkAnswerSize(size: number): void {
  if (size >= ANSWER_BYTES_MIN && size <= ANSWER_BYTES_MAX) return;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(size);
  const text = bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
  throw new OperationalError(
    'NOT_A_BROKER',
    `the other side does not speak the Kafka protocol: its answer begins with "${text}"`,
    { retriable: false },
  );
}
