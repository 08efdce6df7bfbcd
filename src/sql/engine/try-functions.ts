import type { Statement } from '../../../grammar/ast.ts';
import { runWithin } from '../../base/run-within.ts';
import type { DiagnosticError } from '../../base/errors.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import { sandboxLimits } from '../functions/user/sandbox-limits.ts';
import { userFunctionMessages } from '../messages/user-functions.ts';
import type { SourceNeeds } from '../statements/definition.ts';
import { definitionOf } from '../statements/index.ts';
import type { StatementEnvironment } from './script-parser.ts';
import { task } from './try-function-task.ts';

/** How long a thread that tries a source may take: its limits are shorter, but for what one step of the interpreter takes. */
const TRY_MS_MAX = 10_000;

/**
 * Tries the source of the function that a statement makes, beside the event loop.
 * @returns the methods that the source of an aggregate function has.
 * @throws {DiagnosticError} for a source that cannot be used.
 */
export async function triedFunction(
  statement: Statement,
  context: AnalysisContext,
  environment: StatementEnvironment | undefined,
): Promise<Pick<AnalysisContext, 'methods'>> {
  const definition = definitionOf(statement);
  const needs = definition.family === 'planned' ? definition.sourceNeeds?.(statement, context) : undefined;
  if (needs === undefined) return {};
  const input = { record: needs.record, limits: sandboxLimits(context.properties) };
  // The time of a source does not count the start of the thread.
  await environment?.workers.run(task, { limits: input.limits });
  const output =
    environment === undefined
      ? await task.run(input)
      : await runWithin(task, input, {
          ...{ workers: environment.workers, timers: environment.timers, msMax: TRY_MS_MAX },
          late: () => mistakeIn(needs, `it takes longer than ${TRY_MS_MAX} ms`),
        });
  if ('methods' in output) return { methods: output.methods };
  throw mistakeIn(needs, output.failure);
}

function mistakeIn({ record: { kind, name }, span }: SourceNeeds, reason: string): DiagnosticError {
  const refusal =
    kind === 'aggregate'
      ? userFunctionMessages.aggregateSource(name, reason)
      : userFunctionMessages.source(name, reason);
  return refuse(refusal, span);
}
