import type { Statement } from '../../../grammar/ast.ts';
import { alterSource } from './alter-source.ts';
import { createFunction } from './create-function.ts';
import { alterSystem } from './alter-system.ts';
import { assertSchema } from './assert-schema.ts';
import { assertTopic } from './assert-topic.ts';
import { createSourceAs } from './create-source-as.ts';
import { createSource } from './create-source.ts';
import { createType } from './create-type.ts';
import { defineVariable } from './define-variable.ts';
import type {
  ControlStatement,
  DirectResult,
  DirectStatement,
  PlannedStatement,
  QueryStatement,
  SessionStatement,
  StatementKind,
  StatementOf,
} from './definition.ts';
import { describe } from './describe.ts';
import { dropFunction } from './drop-function.ts';
import { dropSource } from './drop-source.ts';
import { dropType } from './drop-type.ts';
import { explain } from './explain.ts';
import { insertInto } from './insert-into.ts';
import { insertValues } from './insert-values.ts';
import { print } from './print.ts';
import { queryControl } from './query-control.ts';
import { select } from './select.ts';
import { setProperty } from './set-property.ts';
import { show } from './show.ts';
import type { StatementPlan } from './statement-plan.ts';
import { undefineVariable } from './undefine-variable.ts';
import { unsetProperty } from './unset-property.ts';
import { unsupportedStatement } from './unsupported.ts';

/** All that the engine, the server and the shell need to know of a statement. */
export type StatementDefinition<S extends Statement, R extends DirectResult> =
  | PlannedStatement<S, StatementPlan>
  | ControlStatement<S>
  | SessionStatement<S>
  | QueryStatement<S>
  | DirectStatement<S, R>;

/** Every statement of the grammar. */
export const statements = {
  CreateSource: createSource,
  CreateSourceAs: createSourceAs,
  InsertInto: insertInto,
  InsertValues: insertValues,
  AlterSource: alterSource,
  DropSource: dropSource,
  CreateType: createType,
  DropType: dropType,
  CreateFunction: createFunction,
  DropFunction: dropFunction,
  QueryStatement: select,
  Print: print,
  QueryControl: queryControl,
  Show: show,
  Describe: describe,
  Explain: explain,
  SetProperty: setProperty,
  UnsetProperty: unsetProperty,
  DefineVariable: defineVariable,
  UndefineVariable: undefineVariable,
  AlterSystem: alterSystem,
  CreateConnector: unsupportedStatement('CREATE CONNECTOR'),
  DropConnector: unsupportedStatement('DROP CONNECTOR'),
  AssertTopic: assertTopic,
  AssertSchema: assertSchema,
  AssertValues: unsupportedStatement('ASSERT VALUES'),
  AssertTombstone: unsupportedStatement('ASSERT TOMBSTONE'),
  AssertSource: unsupportedStatement('ASSERT SOURCE'),
  RunScript: unsupportedStatement('RUN SCRIPT'),
} as const satisfies { readonly [K in StatementKind]: StatementDefinition<StatementOf<K>, DirectResult> };

/** What direct statements give. */
export type DirectResultOf = ResultOf<(typeof statements)[StatementKind]>;

type ResultOf<D> = D extends { readonly family: 'direct'; execute(input: never): Promise<infer R> }
  ? R
  : never;

export function definitionOf({ kind }: Statement): StatementDefinition<Statement, DirectResultOf> {
  return statements[kind];
}
