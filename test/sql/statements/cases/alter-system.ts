import { done, type StatementCase } from '../statement-case.ts';

export const alterSystem: StatementCase = {
  answers: [
    [
      "ALTER SYSTEM 'ksql.functions.collect_list.limit'='5';",
      done('System property ksql.functions.collect_list.limit was set to 5.', {
        commandId: 'cluster/`ksql.functions.collect_list.limit`/alter',
      }),
    ],
  ],
  refusals: [
    [
      "ALTER SYSTEM 'ksql.service.id'='other';",
      'Failed to set ksql.service.id to other. Caused by: Not recognizable as ksql, streams, consumer, or producer property: ksql.service.id',
    ],
    ["ALTER SYSTEM 'auto.offset.reset'='sometimes';", 'Invalid value sometimes'],
    [
      "ALTER SYSTEM 'processing.guarantee'='exactly_once_v2';",
      'Unable to set processing.guarantee to exactly_once_v2',
    ],
  ],
};
