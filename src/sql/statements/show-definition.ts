import type { Show } from '../../../grammar/ast.ts';
import type { DirectResult, ExecuteInput } from './definition.ts';

/** One subject of SHOW. */
export interface ShowDefinition<R extends DirectResult> {
  execute(input: ExecuteInput<Show>): Promise<R>;
}
