/** One entry of a `/ksql` answer. */
export type StatementEntity = Readonly<Record<string, unknown>> & {
  readonly '@type': string;
  readonly statementText: string;
};

interface CommandOutcome {
  readonly commandId: string;
  /** SUCCESS by default. */
  readonly status?: 'QUEUED' | 'SUCCESS';
  readonly message: string;
  readonly queryId?: string;
  readonly sequenceNumber: number;
  readonly warnings?: readonly string[];
}

/** The `currentStatus` of a statement that was recorded and applied. */
export function currentStatus(statementText: string, outcome: CommandOutcome): StatementEntity {
  const { commandId, status = 'SUCCESS', message, queryId = null, sequenceNumber, warnings = [] } = outcome;
  return {
    '@type': 'currentStatus',
    statementText,
    commandId,
    commandStatus: { status, message, queryId },
    commandSequenceNumber: sequenceNumber,
    warnings: warnings.map((text) => ({ message: text })),
  };
}

/** An answer with more warnings. */
export function withWarnings(entity: StatementEntity, messages: readonly string[]): StatementEntity {
  const { warnings } = entity;
  const own: readonly unknown[] = Array.isArray(warnings) ? warnings : [];
  return { ...entity, warnings: [...own, ...messages.map((message) => ({ message }))] };
}

/** A statement that was right and has done nothing. */
export function warningEntity(statementText: string, message: string): StatementEntity {
  return { '@type': 'warning_entity', statementText, message, warnings: [] };
}

/**
 * The same, in the form that ksqlDB gives it: it records a DROP of what is not there, and answers as of any other one.
 * @param sequenceNumber of the last statement that was recorded.
 */
export function nothingDone(
  statementText: string,
  { message, commandId }: { readonly message: string; readonly commandId?: string | undefined },
  sequenceNumber: number,
): StatementEntity {
  if (commandId === undefined) return warningEntity(statementText, message);
  return currentStatus(statementText, { commandId, message, sequenceNumber });
}

/** An entity of a statement that was not recorded. */
export function entityOf(
  type: string,
  statementText: string,
  fields: Readonly<Record<string, unknown>>,
): StatementEntity {
  return { '@type': type, statementText, ...fields, warnings: [] };
}
