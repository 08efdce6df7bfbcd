import type {
  AliasedSource,
  Duration,
  GroupingClause,
  JoinedSource,
  Query,
  SelectItem,
  WindowClause,
  WithinClause,
} from '../ast.ts';
import { formatExpression, formatIdentifier, formatList } from './expressions.ts';

/** A query as SQL, a clause per line: ksqlDB's layout, in which its errors quote statements. */
export function formatQuery(query: Query): string {
  const items = query.select.map(formatSelectItem);
  const lines = [items.length === 1 ? `SELECT ${items[0]}` : `SELECT\n  ${items.join(',\n  ')}`];
  const from = [formatSource(query.from.source), ...query.from.joins.map(formatJoin)];
  lines.push(`FROM ${from.join('\n')}`);
  if (query.window !== undefined) lines.push(`WINDOW ${formatWindow(query.window)}`);
  if (query.where !== undefined) lines.push(`WHERE ${formatExpression(query.where)}`);
  if (query.groupBy !== undefined) lines.push(`GROUP BY ${formatGrouping(query.groupBy)}`);
  if (query.partitionBy !== undefined) lines.push(`PARTITION BY ${formatGrouping(query.partitionBy)}`);
  if (query.having !== undefined) lines.push(`HAVING ${formatExpression(query.having)}`);
  if (query.emit !== undefined) lines.push(`EMIT ${query.emit}`);
  if (query.limit !== undefined) lines.push(`LIMIT ${query.limit}`);
  return lines.join('\n');
}

function formatSelectItem(item: SelectItem): string {
  switch (item.kind) {
    case 'SelectAll':
      return item.source === undefined ? '*' : `${formatIdentifier(item.source)}.*`;
    case 'SelectStructAll':
      return `${formatExpression(item.struct)}->*`;
    case 'SelectExpression': {
      const alias = item.alias === undefined ? '' : ` ${formatIdentifier(item.alias)}`;
      return formatExpression(item.expression) + alias;
    }
  }
}

function formatSource({ name, alias }: AliasedSource): string {
  return `${formatIdentifier(name)} ${formatIdentifier(alias)}`;
}

function formatJoin(join: JoinedSource): string {
  const type = join.type === 'OUTER' ? 'FULL OUTER' : join.type === 'INNER' ? 'INNER' : `${join.type} OUTER`;
  const within = join.within === undefined ? '' : ` ${formatWithin(join.within)}`;
  return `${type} JOIN ${formatSource(join.source)}${within} ON (${formatExpression(join.on)})`;
}

function formatWithin(within: WithinClause): string {
  const same = within.before.amount === within.after.amount && within.before.unit === within.after.unit;
  const size = same
    ? formatDuration(within.before)
    : `(${formatDuration(within.before)}, ${formatDuration(within.after)})`;
  return `WITHIN ${size}${within.grace === undefined ? '' : ` GRACE PERIOD ${formatDuration(within.grace)}`}`;
}

export function formatDuration(duration: Duration): string {
  return `${duration.amount} ${duration.unit}`;
}

function formatWindow(window: WindowClause): string {
  const limits = [
    ...(window.retention === undefined ? [] : [`RETENTION ${formatDuration(window.retention)}`]),
    ...(window.grace === undefined ? [] : [`GRACE PERIOD ${formatDuration(window.grace)}`]),
  ];
  const list = (first: string): string => [first, ...limits].join(', ');
  switch (window.kind) {
    case 'TumblingWindow':
      return `TUMBLING (${list(`SIZE ${formatDuration(window.size)}`)})`;
    case 'HoppingWindow':
      return `HOPPING (${list(`SIZE ${formatDuration(window.size)}, ADVANCE BY ${formatDuration(window.advance)}`)})`;
    case 'SessionWindow':
      return `SESSION (${list(formatDuration(window.gap))})`;
  }
}

function formatGrouping({ expressions }: GroupingClause): string {
  const list = formatList(expressions);
  // Parentheses around the list are needed where it is empty, and where a first operand's would be taken for them.
  return list === '' || (expressions.length > 1 && list.startsWith('(')) ? `(${list})` : list;
}
