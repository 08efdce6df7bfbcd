import { describeExactlyOnceKills } from './exactly-once-kills.case.ts';
import { startTransactionalBroker } from './transactional-broker.ts';

// A larger run: EXACTLY_ONCE_RECORDS=1000000 EXACTLY_ONCE_KILLS=60 EXACTLY_ONCE_ROWS=1000000
describeExactlyOnceKills('Millrace', startTransactionalBroker, {
  records: Number(process.env['EXACTLY_ONCE_RECORDS'] ?? 4_000),
  kills: Number(process.env['EXACTLY_ONCE_KILLS'] ?? 8),
  rows: Number(process.env['EXACTLY_ONCE_ROWS'] ?? 5_000),
  ...{ keys: 50, aliveMsMax: 4_000 },
});
