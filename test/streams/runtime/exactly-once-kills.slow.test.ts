import { describeExactlyOnceKills } from './exactly-once-kills.case.ts';
import { startTransactionalBroker } from './transactional-broker.ts';

// A larger run: EXACTLY_ONCE_RECORDS=1000000 EXACTLY_ONCE_KILLS=60
describeExactlyOnceKills('Millrace', startTransactionalBroker, {
  records: Number(process.env['EXACTLY_ONCE_RECORDS'] ?? 4_000),
  kills: Number(process.env['EXACTLY_ONCE_KILLS'] ?? 8),
  ...{ keys: 50, aliveMsMax: 4_000 },
});
