import type { AlterSource } from '../../../grammar/ast.ts';
import { quoteName } from '../../serde/model/sql-type.ts';
import { sqlError } from '../analysis/sql-error.ts';
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
  commandId: ({ source }) => `${source.kind.toLowerCase()}/\`${source.name}\`/alter`,
  apply: ({ source }, catalog) => catalog.withSource(sourceOf(source)),
  message: ({ source }) => `Altered ${source.kind.toLowerCase()} ${source.name}`,
};

/** The source as it is. @throws {DiagnosticError} where it cannot be altered. */
function alteredSource({ name, nameSpan, sourceKind }: AlterSource, catalog: Catalog): DataSource {
  const source = catalog.source(name);
  if (source === undefined) throw catalog.unknownSource(name, `Source ${name} does not exist.`, nameSpan);
  if (source.kind !== sourceKind) {
    throw sqlError(`Incompatible data source type is ${source.kind}, but statement was ALTER ${sourceKind}`);
  }
  if (source.isQueryResult) throw sqlError(`ALTER command is not supported for CREATE ... AS statements.`);
  const kind = sourceKind.toLowerCase();
  if (source.isSource)
    throw sqlError(
      `Cannot alter ${kind} '${source.name}': ALTER operations are not supported on source ${kind}s.`,
    );
  return source;
}

function addedColumns(
  { columns }: AlterSource,
  { schema }: DataSource,
  catalog: Catalog,
): readonly SchemaColumn[] {
  return columns.map(({ name, type, span }) => {
    if (schema.find(name) !== undefined) {
      throw sqlError(
        `Cannot add column ${quoteName(name)} to schema. A column with the same name already exists.`,
        { span },
      );
    }
    return { name, type: typeFromSyntax(type, (known) => catalog.type(known)), namespace: 'VALUE' };
  });
}
