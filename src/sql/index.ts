/// <reference types="node" preserve="true" />
/** SQL: ksqlDB's dialect on Streams. */
export * from '../base/public-errors.ts';
export { Catalog } from './catalog/catalog.ts';
export type { DataSource, FormatInfo, KeyFormatInfo, WindowInfo } from './catalog/data-source.ts';
export { SqlEngine, type SqlEngineOptions } from './engine/engine.ts';
export type * from './entities/descriptions.ts';
export type * from './entities/server-facts.ts';
export type { StatementEntity } from './entities/statement-entity.ts';
export type * from './host/host.ts';
export type * from './queries/query-results.ts';
export type { PreparedStatement } from './statements/prepared-statement.ts';
export type { StatementResult } from './statements/results.ts';
export { emptySession, type Session, withProperty, withVariable } from './statements/session.ts';
export { readPlan } from './statements/plan-versions.ts';
export { type RecordedStatement, replayCommands, type RecoveredState } from './engine/replay-commands.ts';
export type { StatementPlan } from './statements/statement-plan.ts';
export {
  type AggregateBinding,
  type Aggregator,
  boundOverload,
  type CallBinding,
  defineAggregate,
  defineFunction,
  defineTableFunction,
  overload,
  overloadWithNulls,
  type SqlFunction,
  tableOverload,
} from './functions/definition.ts';
export { type FunctionRegistry, functionRegistry } from './functions/registry.ts';
export { builtInRegistry } from './functions/built-in.ts';
export type { QueryId } from './physical/query-id.ts';
export type { QueryPlan, QueryPurpose } from './physical/steps.ts';
export { KafkaHost } from './runtime/kafka-host.ts';
export type { KafkaHostOptions } from './runtime/app-options.ts';
export { printSummary, runCases, type Summary } from './testing/run-cases.ts';
export type { CaseServer, StartCaseServer } from './testing/case-server.ts';
export { runTests } from './testing/run-tests.ts';
export type { TaskStatus } from '../streams/runtime/streams-metrics.ts';
export { LogicalSchema } from './types/logical-schema.ts';
export { quoteName } from '../base/sql-quotes.ts';
export * from '../serde/model/sql-type.ts';
export { Decimal } from '../serde/model/decimal.ts';
export type { Row, SqlMap, SqlValue } from '../serde/model/sql-value.ts';
