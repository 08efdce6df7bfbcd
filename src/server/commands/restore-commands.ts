import type { Clock, Timers } from '../../base/environment.ts';
import type { Logger } from '../../base/logger.ts';
import type { SqlEngine } from '../../sql/engine/engine.ts';
import { replayCommands } from '../../sql/engine/replay-commands.ts';
import { type RecordedCommand, recordedStatement } from './command.ts';
import type { SkippedCommands } from './skipped-commands.ts';

/**
 * Takes up what the recorded commands have left, except for those that cannot be carried out.
 * @returns ids of the queries that were ended.
 */
export async function restoreCommands(
  past: readonly RecordedCommand[],
  service: {
    readonly engine: SqlEngine;
    readonly skipped: SkippedCommands;
    readonly logger: Logger;
    readonly environment: { readonly clock: Clock; readonly timers: Timers };
  },
): Promise<readonly string[]> {
  const { engine, skipped, logger, environment } = service;
  const statements = past.flatMap((recorded) => {
    const statement = recordedStatement(recorded);
    return statement === undefined ? [] : [{ ...statement, offset: recorded.offset }];
  });
  const state = await replayCommands(statements, environment, engine.textPlanner());
  for (const second of state.passedOver) {
    logger.warn('a recorded query is not started: another one writes its result', { ...second });
  }
  const reasons = new Map(state.skipped.map(({ statement, reason }) => [statement.offset, reason]));
  for (const recorded of past) {
    const reason = recorded.obstacle ?? reasons.get(recorded.offset);
    if (reason === undefined) skipped.carriedOut(recorded.command);
    else skipped.skip(recorded, reason);
  }
  await engine.restore(state);
  return state.ended;
}
