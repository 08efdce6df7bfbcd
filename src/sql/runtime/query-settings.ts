import { AssertionFailure, OperationalError } from '../../base/errors.ts';
import type { KafkaAdmin } from '../../client/types.ts';
import {
  isExactlyOnce,
  TRANSACTION_TIMEOUT_MS,
  transactionTimeoutMs,
} from '../../streams/runtime/processing-guarantee.ts';
import { type SettingsOfAll, settingsOfAll } from '../../streams/runtime/streams-app-options.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import { statementMessages } from '../messages/statements.ts';
import { appOptions, type KafkaHostOptions, prefixOf } from './app-options.ts';

const LIMIT = 'transaction.max.timeout.ms';

/** It is not looked at: the settings are those of any query. */
const ANY_TOPOLOGY = {
  build() {
    throw new AssertionFailure('settings are checked without a topology');
  },
};

/**
 * Checks what queries have that say nothing themselves: settings of a server that cannot hold together refuse its start.
 * @throws {DiagnosticError}
 */
export function querySettings(
  options: KafkaHostOptions,
  properties: AnalysisContext['properties'],
): SettingsOfAll {
  const applicationId = `${prefixOf(options)}query`;
  return settingsOfAll({ ...appOptions(options, { properties }), applicationId, topology: ANY_TOPOLOGY });
}

/**
 * Checks that the brokers let a transaction be open for as long as the settings say: where they do not, no query would ever begin one. Brokers
 * that do not tell are believed.
 * @throws {DiagnosticError}
 */
export async function checkTransactionLimit(
  settings: Pick<SettingsOfAll, 'processingGuarantee' | 'producer'>,
  admin: Pick<KafkaAdmin, 'describeCluster' | 'describeConfigs'>,
): Promise<void> {
  const timeoutMs = transactionTimeoutMs(settings);
  // Any broker allows the default, and nobody waits for its answer.
  if (!isExactlyOnce(settings) || timeoutMs <= TRANSACTION_TIMEOUT_MS) return;
  const limitMs = await brokerLimit(admin);
  if (limitMs === undefined || timeoutMs <= limitMs) return;
  throw refuse(statementMessages.transactionTooLong(timeoutMs, limitMs));
}

async function brokerLimit(
  admin: Pick<KafkaAdmin, 'describeCluster' | 'describeConfigs'>,
): Promise<number | undefined> {
  try {
    const { nodes } = await admin.describeCluster();
    const name = String(nodes[0]?.id);
    const [config] = await admin.describeConfigs([{ type: 'broker', name }]);
    const value = config?.entries.find((entry) => entry.name === LIMIT)?.value;
    return value === undefined || value === null ? undefined : Number(value);
  } catch (error) {
    // Who may not ask is told by the query that cannot run.
    if (!(error instanceof OperationalError)) throw error;
    return undefined;
  }
}
