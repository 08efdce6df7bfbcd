import fs from 'node:fs';
import { openLog } from './open-log-plain.ts';
import { makeBatch } from './batches.ts';

/** A process that appends until it is killed, and says each offset after the append was acknowledged. */
const [root = ''] = process.argv.slice(2);
const log = openLog(root, { segmentBytes: 20_000 });
let count = 0;
const appendSome = (): void => {
  for (let i = 0; i < 10; i++) {
    const text = String(count++);
    const result = log.appendAsLeader(makeBatch({ text, records: 3 }), { leaderEpoch: 0 });
    fs.writeSync(1, `${result.lastOffset} ${text}\n`);
  }
  setImmediate(appendSome);
};
appendSome();
