import type { DirectResultOf } from './index.ts';
import type { QueryAction } from './definition.ts';
import type { Session } from './session.ts';
import type { StatementPlan } from './statement-plan.ts';

/** What executing a statement gives, by kind; how it is shown is for the server and the shell to say. */
export type StatementResult =
  | {
      readonly kind: 'ddl';
      readonly text: string;
      readonly plan: StatementPlan;
      /** As ksqlDB words it: `Stream created`, `Created query with ID CSAS_X_0`. */
      readonly message: string;
      readonly queryId?: string;
    }
  | { readonly kind: 'session'; readonly text: string; readonly session: Session }
  | { readonly kind: 'terminated'; readonly text: string; readonly queryIds: readonly string[] }
  | {
      readonly kind: 'control';
      readonly text: string;
      readonly action: Exclude<QueryAction['action'], 'TERMINATE'>;
      readonly queryIds: readonly string[];
    }
  | DirectResultOf;
