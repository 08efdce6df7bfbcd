import type { Show } from '../../../grammar/ast.ts';
import type { ServerFacts } from '../entities/server-facts.ts';
import type { StatementEntity } from '../entities/statement-entity.ts';
import type { DirectResult, ExecuteInput } from './definition.ts';

/** One subject of SHOW. */
export interface ShowDefinition<R extends DirectResult> {
  execute(input: ExecuteInput<Show>): Promise<R>;
  entity(result: R, facts: ServerFacts): Promise<StatementEntity>;
}
