import fs from 'node:fs';
import { openLog } from './open-log-plain.ts';
import { makeBatch } from './batches.ts';

/** A process that appends until it is killed, and notes each offset in a file after the append was acknowledged. */
const [root = '', notes = ''] = process.argv.slice(2);
const log = openLog(root, { segmentBytes: 20_000 });
// Not the standard output: a pipe whose reader is late refuses to be written to.
const noted = fs.openSync(notes, 'a');
let count = 0;
const appendSome = (): void => {
  for (let i = 0; i < 10; i++) {
    const text = String(count++);
    const result = log.appendAsLeader(makeBatch({ text, records: 3 }), { leaderEpoch: 0 });
    fs.writeSync(noted, `${result.lastOffset} ${text}\n`);
  }
  setImmediate(appendSome);
};
appendSome();
