import { refuse } from '../analysis/sql-error.ts';
import type { ContinuationPoint } from '../host/host.ts';
import { pushMessages } from '../messages/push-queries.ts';

const VERSION = 1;

/** The text that a client continues its push query by. */
export function continuationToken({ topic, topicId, offsets }: ContinuationPoint): string {
  return Buffer.from(JSON.stringify({ version: VERSION, topic, topicId, offsets })).toString('base64url');
}

/** @throws {DiagnosticError} for a text that is no such token. */
export function readContinuationToken(token: string): ContinuationPoint {
  const fields = fieldsOf(token);
  const { version, topic, topicId, offsets } = fields;
  const isPoint =
    version === VERSION &&
    typeof topic === 'string' &&
    (topicId === undefined || typeof topicId === 'string') &&
    Array.isArray(offsets) &&
    offsets.every((offset) => Number.isSafeInteger(offset) && Number(offset) >= 0);
  if (!isPoint) throw refuse(pushMessages.tokenUnreadable());
  return { topic, topicId, offsets };
}

function fieldsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
