import { describeExactlyOnce } from './exactly-once.case.ts';
import { startTransactionalBroker } from './transactional-broker.ts';

describeExactlyOnce('Millrace', startTransactionalBroker);
