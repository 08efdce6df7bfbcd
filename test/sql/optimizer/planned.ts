import { parseScript } from '../../../grammar/parse.ts';
import { analyzeQuery } from '../../../src/sql/analysis/analyze-query.ts';
import type { AnalysisContext } from '../../../src/sql/analysis/session.ts';
import { Catalog } from '../../../src/sql/catalog/catalog.ts';
import { printBoundPlan, printLogicalPlan } from '../../../src/sql/explain/print-plan.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import type { LogicalNode } from '../../../src/sql/logical/nodes.ts';
import { planQuery } from '../../../src/sql/logical/plan-query.ts';
import type { OptimizerRule } from '../../../src/sql/optimizer/rule.ts';
import { applyPlan } from '../../../src/sql/statements/plan-kinds.ts';
import { planStatement } from '../plan-statement.ts';

export const sources = `
  CREATE STREAM flights (id STRING KEY, origin STRING, delay INT, fare DOUBLE, tags ARRAY<STRING>, place STRUCT<gate INT>)
    WITH (KAFKA_TOPIC='flights', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM weather (place STRING KEY, wind INT, note STRING)
    WITH (KAFKA_TOPIC='weather', VALUE_FORMAT='DELIMITED', PARTITIONS=1);
  CREATE STREAM timed (id STRING KEY, seen BIGINT, other BIGINT)
    WITH (KAFKA_TOPIC='timed', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='seen');
  CREATE TABLE airports (code STRING PRIMARY KEY, city STRING, country STRING)
    WITH (KAFKA_TOPIC='airports', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE towns (name STRING PRIMARY KEY, people INT)
    WITH (KAFKA_TOPIC='towns', VALUE_FORMAT='JSON', PARTITIONS=1);
`;

const functions = builtInRegistry();

function contextOf(catalog: Catalog): AnalysisContext {
  return { catalog, functions, properties: {}, topics: new Map() };
}

const catalog = parseScript(sources).reduce((before, { statement, text }, queryNumber) => {
  const plan = planStatement({ statement, text, context: contextOf(before), queryNumber, queries: [] });
  if (plan === undefined) throw new Error('nothing was planned');
  return applyPlan(before, plan);
}, Catalog.empty);

/** The logical plan of a SELECT, as it is written. */
export function planOf(select: string): LogicalNode {
  const [parsed] = parseScript(`${select} EMIT CHANGES;`);
  if (parsed?.statement.kind !== 'QueryStatement') throw new Error('no query');
  const context = contextOf(catalog);
  return planQuery({ query: analyzeQuery(parsed.statement.query, context), context });
}

/** What a rule makes of the plan of a SELECT: its steps. */
export function stepsAfter(rule: OptimizerRule, select: string): string {
  return `\n${printLogicalPlan(rule.apply(planOf(select)))}\n`;
}

/** What a rule makes of the plan of a SELECT: its expressions. */
export function expressionsAfter(rule: OptimizerRule, select: string): string {
  return `\n${printBoundPlan(rule.apply(planOf(select)))}\n`;
}
