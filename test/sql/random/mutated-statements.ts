import { formatStatement, parse } from '../../../grammar/index.ts';
import type { Statement } from '../../../grammar/ast.ts';
import { DiagnosticError, messageOf } from '../../../src/base/errors.ts';
import { builtInRegistry, SqlEngine } from '../../../src/sql/index.ts';
import { CaseHost } from '../../../src/sql/testing/case-host.ts';
import { mutated, tokensOf } from './mutate.ts';
import { type OwnScript, ownScripts } from './own-statements.ts';
import { Random } from './random.ts';

/** A statement takes no longer than this, whatever it is; those of the corpus take milliseconds. */
const HANG_MS = 10_000;

export interface MutationRun {
  readonly accepted: number;
  readonly refused: number;
  /** What should not have been: the statement, and why. */
  readonly faults: readonly string[];
}

/** Prepares mutated statements of our own cases, each on the catalog that it had. */
export async function runMutatedStatements(count: number, seed: number): Promise<MutationRun> {
  const random = new Random(seed);
  const scripts = ownScripts();
  const pool = scripts.flatMap(({ statements }) => statements.flatMap(tokensOrNone));
  const engines = new Map<OwnScript, readonly Place[]>();
  const faults: string[] = [];
  let accepted = 0;
  for (let i = 0; i < count; i++) {
    const script = random.of(scripts);
    let places = engines.get(script);
    if (places === undefined) engines.set(script, (places = await placesOf(script)));
    const place = random.of(places);
    const text = mutated(place.tokens, pool, random);
    const startMs = performance.now();
    const fault = await tryStatement(text, place.engine);
    if (fault === 'accepted') accepted += 1;
    else if (fault !== 'refused') faults.push(`${script.name}: ${JSON.stringify(text)}\n    ${fault}`);
    const tookMs = performance.now() - startMs;
    if (tookMs > HANG_MS) faults.push(`${JSON.stringify(text)}\n    took ${Math.round(tookMs)} ms`);
  }
  return { accepted, refused: count - accepted - faults.length, faults };
}

function tokensOrNone(text: string): readonly string[] {
  try {
    return tokensOf(text);
  } catch {
    return [];
  }
}

/** A statement, and an engine on which those before it were executed. */
interface Place {
  readonly tokens: readonly string[];
  readonly engine: SqlEngine;
}

async function placesOf({ statements }: OwnScript): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const [index, text] of statements.entries()) {
    const tokens = tokensOrNone(text);
    if (tokens.length === 0) continue;
    places.push({ tokens, engine: await engineAfter(statements.slice(0, index)) });
  }
  return places;
}

async function engineAfter(statements: readonly string[]): Promise<SqlEngine> {
  const engine = new SqlEngine({ host: new CaseHost(), functions: builtInRegistry() });
  for (const text of statements) {
    try {
      for (const prepared of await engine.prepare(text)) {
        if (prepared.statement.kind !== 'QueryStatement') await engine.execute(prepared);
      }
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
    }
  }
  return engine;
}

async function tryStatement(text: string, engine: SqlEngine): Promise<string> {
  try {
    const prepared = await engine.prepare(text);
    for (const each of prepared) {
      const { statement } = each;
      const problem = printProblem(statement);
      if (problem !== undefined) return problem;
      if (statement.kind !== 'QueryStatement') continue;
      const query = await engine.query(each);
      if (query.kind === 'push') await query.close();
    }
    return 'accepted';
  } catch (error) {
    if (!(error instanceof DiagnosticError))
      return `crashed: ${error instanceof Error ? (error.stack ?? '') : messageOf(error)}`;
    const { span } = error.diagnostic;
    if (span === undefined) return `refused without a place: ${error.message}`;
    const isInside = span.start >= 0 && span.end >= span.start && span.end <= text.length;
    return isInside ? 'refused' : `refused at ${span.start}-${span.end} of ${text.length}: ${error.message}`;
  }
}

/** The printed form of a statement has the same tree. */
function printProblem(statement: Statement): string | undefined {
  let printed = '';
  try {
    printed = formatStatement(statement);
    const [again] = parse(printed);
    return sameTree(statement, again) ? undefined : `prints as another statement: ${printed}`;
  } catch (error) {
    return `its printed form ${JSON.stringify(printed)} is refused: ${messageOf(error)}`;
  }
}

function sameTree(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [fieldsA, fieldsB] = [fieldsOf(a), fieldsOf(b)];
  return (
    fieldsA.size === fieldsB.size &&
    [...fieldsA].every(([name, value]) => fieldsB.has(name) && sameTree(value, fieldsB.get(name)))
  );
}

/** Without the places. */
function fieldsOf(node: object): ReadonlyMap<string, unknown> {
  const isPlace = (name: string): boolean => name === 'span' || name.endsWith('Span');
  return new Map(Object.entries(node).filter(([name, value]) => !isPlace(name) && value !== undefined));
}
