import { quoteName } from '../../base/sql-quotes.ts';
import type { AlterSource } from '../../../grammar/ast.ts';
import { statementMessages } from '../messages/statements.ts';
import { columnMessages } from '../messages/columns.ts';
import { headings } from '../messages/headings.ts';
import { isSystemColumn } from '../analysis/system-columns.ts';
import { refuse, withPrefix } from '../analysis/sql-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { recordOf, sourceOf, type SourceRecord } from '../catalog/source-record.ts';
import { PLAN_VERSION } from '../physical/steps.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import { LogicalSchema, type SchemaColumn } from '../types/logical-schema.ts';
import type { PlanBase, PlannedStatement } from './definition.ts';

export interface AlterSourcePlan extends PlanBase {
  readonly kind: 'alterSource';
  readonly source: SourceRecord;
}

/** ALTER STREAM|TABLE … ADD COLUMN. */
export const alterSource: PlannedStatement<AlterSource, AlterSourcePlan> = {
  family: 'planned',
  planKind: 'alterSource',
  topicNeed: () => 'nothing',
  plan({ statement, text, context: { catalog } }) {
    const source = alteredSource(statement, catalog);
    const added = addedColumns(statement, source, catalog);
    const schema = new LogicalSchema([...source.schema.columns, ...added]);
    return { version: PLAN_VERSION, text, kind: 'alterSource', source: recordOf({ ...source, schema }) };
  },
  commandId: ({ source }) => `${source.kind.toLowerCase()}/${quoteName(source.name)}/alter`,
  apply: ({ source }, catalog) => catalog.withSource(sourceOf(source)),
  message: ({ source }) => `Altered ${source.kind.toLowerCase()} ${source.name}`,
};

/** The source as it is. @throws {DiagnosticError} where it cannot be altered. */
function alteredSource({ name, nameSpan, sourceKind }: AlterSource, catalog: Catalog): DataSource {
  const source = catalog.source(name);
  if (source === undefined)
    throw catalog.unknownSource(name, statementMessages.sourceMissing(name).message, nameSpan);
  if (source.kind !== sourceKind) {
    throw refuse(statementMessages.sourceKind(source.kind, name, `ALTER ${sourceKind}`), nameSpan);
  }
  if (source.isQueryResult) throw refuse(statementMessages.alterResult(), nameSpan);
  if (source.isSource) throw refuse(statementMessages.alterSource(source.kind, name), nameSpan);
  return source;
}

function addedColumns(
  { columns }: AlterSource,
  { schema }: DataSource,
  catalog: Catalog,
): readonly SchemaColumn[] {
  const names = new Set(schema.columns.map(({ name }) => name));
  return columns.map(({ name, type, span }) => {
    if (isSystemColumn(name)) throw refuse(columnMessages.reservedName(name), span);
    if (names.has(name)) throw refuse(statementMessages.alterColumn(name), span);
    names.add(name);
    const known = withPrefix(headings.prepare, () => typeFromSyntax(type, (each) => catalog.type(each)));
    return { name, type: known, namespace: 'VALUE' };
  });
}
