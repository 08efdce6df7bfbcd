import type { ColumnDefinition, CreateFunction, Property, Statement } from '../ast.ts';
import { quoteName, quoteText } from '../../src/base/sql-quotes.ts';
import { formatExpression, formatIdentifier, formatList, formatType } from './expressions.ts';
import { formatDuration, formatQuery } from './queries.ts';

/** A statement as SQL, without a semicolon. Reading it gives the same tree, spans aside. */
export function formatStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'QueryStatement':
      return formatQuery(statement.query);
    case 'CreateSource': {
      const { orReplace, isSource, sourceKind, ifNotExists, name, columns, properties } = statement;
      const source = isSource ? 'SOURCE ' : '';
      return `CREATE ${orReplace ? 'OR REPLACE ' : ''}${source}${sourceKind}${notExists(ifNotExists)} ${formatIdentifier(name)}${formatColumns(columns)}${formatWith(properties)}`;
    }
    case 'CreateSourceAs': {
      const { orReplace, sourceKind, ifNotExists, name, properties, query } = statement;
      return `CREATE ${orReplace ? 'OR REPLACE ' : ''}${sourceKind}${notExists(ifNotExists)} ${formatIdentifier(name)}${formatWith(properties)} AS ${formatQuery(query)}`;
    }
    case 'InsertInto':
      return `INSERT INTO ${formatIdentifier(statement.target)}${formatWith(statement.properties)} ${formatQuery(statement.query)}`;
    case 'InsertValues':
      return `INSERT INTO ${formatIdentifier(statement.target)}${formatNames(statement.columns)} VALUES (${formatList(statement.values)})`;
    case 'DropSource':
      return `DROP ${statement.sourceKind}${exists(statement.ifExists)} ${formatIdentifier(statement.name)}${statement.deleteTopic ? ' DELETE TOPIC' : ''}`;
    case 'DropType':
      return `DROP TYPE${exists(statement.ifExists)} ${formatIdentifier(statement.name)}`;
    case 'DropConnector':
      return `DROP CONNECTOR${exists(statement.ifExists)} ${formatIdentifier(statement.name)}`;
    case 'AlterSource': {
      const added = statement.columns.map((column) => `ADD COLUMN ${formatColumn(column)}`);
      return `ALTER ${statement.sourceKind} ${formatIdentifier(statement.name)} ${added.join(', ')}`;
    }
    case 'AlterSystem':
      return `ALTER SYSTEM ${quoteText(statement.name)}=${quoteText(statement.value)}`;
    case 'CreateType':
      return `CREATE TYPE${notExists(statement.ifNotExists)} ${formatIdentifier(statement.name)} AS ${formatType(statement.type)}`;
    case 'CreateFunction':
      return formatFunction(statement);
    case 'DropFunction':
      return `DROP FUNCTION${exists(statement.ifExists)} ${formatIdentifier(statement.name)}`;
    case 'CreateConnector':
      return `CREATE ${statement.connectorKind} CONNECTOR${notExists(statement.ifNotExists)} ${formatIdentifier(statement.name)}${formatWith(statement.properties)}`;
    case 'QueryControl':
      return `${statement.action} ${statement.queryId === undefined ? 'ALL' : formatIdentifier(statement.queryId)}`;
    case 'Explain':
      return `EXPLAIN ${statement.statement === undefined ? formatIdentifier(statement.queryId ?? '') : formatStatement(statement.statement)}`;
    case 'Show': {
      const kind = statement.connectorKind === undefined ? '' : `${statement.connectorKind} `;
      return `SHOW ${statement.all ? 'ALL ' : ''}${kind}${statement.subject}${statement.extended ? ' EXTENDED' : ''}`;
    }
    case 'Describe': {
      const subject = statement.subject === 'SOURCE' ? '' : ` ${statement.subject}`;
      const name = statement.name === undefined ? '' : ` ${formatIdentifier(statement.name)}`;
      return `DESCRIBE${subject}${name}${statement.extended ? ' EXTENDED' : ''}`;
    }
    case 'Print': {
      const from = statement.fromBeginning ? ' FROM BEGINNING' : '';
      const interval = statement.interval === undefined ? '' : ` INTERVAL ${statement.interval}`;
      const limit = statement.limit === undefined ? '' : ` LIMIT ${statement.limit}`;
      return `PRINT ${quoteText(statement.topic)}${from}${interval}${limit}`;
    }
    case 'SetProperty':
      return `SET ${quoteText(statement.name)}=${quoteText(statement.value)}`;
    case 'UnsetProperty':
      return `UNSET ${quoteText(statement.name)}`;
    case 'DefineVariable':
      return `DEFINE ${formatIdentifier(statement.name)}=${quoteText(statement.value)}`;
    case 'UndefineVariable':
      return `UNDEFINE ${formatIdentifier(statement.name)}`;
    case 'AssertTopic': {
      const timeout = statement.timeout === undefined ? '' : ` TIMEOUT ${formatDuration(statement.timeout)}`;
      return `ASSERT${statement.exists ? '' : ' NOT EXISTS'} TOPIC ${quoteText(statement.topic)}${formatWith(statement.properties)}${timeout}`;
    }
    case 'AssertSchema': {
      const subject = statement.subject === undefined ? '' : ` SUBJECT ${quoteText(statement.subject)}`;
      const id = statement.id === undefined ? '' : ` ID ${statement.id}`;
      const timeout = statement.timeout === undefined ? '' : ` TIMEOUT ${formatDuration(statement.timeout)}`;
      return `ASSERT${statement.exists ? '' : ' NOT EXISTS'} SCHEMA${subject}${id}${timeout}`;
    }
    case 'AssertValues':
      return `ASSERT VALUES ${formatIdentifier(statement.target)}${formatNames(statement.columns)} VALUES (${formatList(statement.values)})`;
    case 'AssertTombstone':
      return `ASSERT NULL VALUES ${formatIdentifier(statement.target)}${formatNames(statement.columns)} KEY (${formatList(statement.values)})`;
    case 'AssertSource':
      return `ASSERT ${statement.sourceKind} ${formatIdentifier(statement.name)}${formatColumns(statement.columns)}${formatWith(statement.properties)}`;
    case 'RunScript':
      return `RUN SCRIPT ${quoteText(statement.path)}`;
  }
}

function formatFunction(statement: CreateFunction): string {
  const { functionKind, orReplace, ifNotExists, name, parameters, returns, state, language } = statement;
  const kind = functionKind === 'SCALAR' ? '' : `${functionKind} `;
  // Their case counts.
  const given = parameters.map((each) => `${quoteName(each.name)} ${formatType(each.type)}`);
  const kept = state === undefined ? '' : ` STATE ${formatType(state)}`;
  return (
    `CREATE ${orReplace ? 'OR REPLACE ' : ''}${kind}FUNCTION${notExists(ifNotExists)} ${formatIdentifier(name)}` +
    `(${given.join(', ')}) RETURNS ${formatType(returns)}${kept} LANGUAGE ${formatIdentifier(language)} AS ${quoteText(statement.source)}`
  );
}

function notExists(written: boolean): string {
  return written ? ' IF NOT EXISTS' : '';
}

function exists(written: boolean): string {
  return written ? ' IF EXISTS' : '';
}

function formatNames(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (${names.map(formatIdentifier).join(', ')})`;
}

function formatColumns(columns: readonly ColumnDefinition[]): string {
  return columns.length === 0 ? '' : ` (${columns.map(formatColumn).join(', ')})`;
}

function formatColumn(column: ColumnDefinition): string {
  return `${formatIdentifier(column.name)} ${formatType(column.type)}${formatConstraint(column)}`;
}

function formatConstraint({ constraint }: ColumnDefinition): string {
  if (constraint === undefined) return '';
  switch (constraint.kind) {
    case 'Key':
      return ' KEY';
    case 'PrimaryKey':
      return ' PRIMARY KEY';
    case 'Headers':
      return constraint.key === undefined ? ' HEADERS' : ` HEADER(${quoteText(constraint.key)})`;
  }
}

function formatWith(properties: readonly Property[]): string {
  if (properties.length === 0) return '';
  const parts = properties.map(({ name, value }) => `${formatPropertyName(name)}=${formatExpression(value)}`);
  return ` WITH (${parts.join(', ')})`;
}

/** Connectors have property names with dots in them, which only a string can hold. */
function formatPropertyName(name: string): string {
  const identifier = formatIdentifier(name);
  return identifier === name ? name : quoteText(name);
}
