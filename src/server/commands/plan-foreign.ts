import { mustStop } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import type { SqlEngine } from '../../sql/engine/engine.ts';
import { type RecordedCommand, recordedText } from './command.ts';

/** Plans a command that ksqlDB has recorded while this server runs; one that cannot be planned is answered with the reason. */
export async function planForeign(
  recorded: RecordedCommand,
  engine: Pick<SqlEngine, 'planText'>,
): Promise<RecordedCommand> {
  const { command, offset } = recorded;
  try {
    const planned = await engine.planText(recordedText(recorded));
    if (planned.kind === 'plan') return { command: { ...command, plan: planned.plan }, offset };
    const { kind: _, ...control } = planned;
    return { command: { ...command, control }, offset };
  } catch (error) {
    if (mustStop(error)) throw error;
    return { command, offset, obstacle: messageOf(error) };
  }
}
