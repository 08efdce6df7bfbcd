import type { StatementPlan } from './statement-plan.ts';

/** What carrying out a plan answers, in ksqlDB's words. */
export function messageFor(plan: StatementPlan): string {
  switch (plan.kind) {
    case 'createSource':
      return plan.source.kind === 'STREAM' ? 'Stream created' : 'Table created';
    case 'createAs':
      return `Created query with ID ${plan.query.queryId}`;
    case 'insertInto':
      return `Created query with ID ${plan.query.queryId}`;
    case 'dropSource':
      return `Source \`${plan.name}\` (topic: ${plan.deleteTopic ?? 'kept'}) was dropped.`;
    case 'createType':
      return `Registered custom type with name '${plan.name}' and SQL type ${plan.type}`;
    case 'dropType':
      return `Dropped type '${plan.name}'`;
    case 'alterSource':
      return `Altered ${plan.source.kind.toLowerCase()} ${plan.source.name}`;
    case 'none':
      return plan.message;
  }
}
