// `npm run test:slow`: the tests that need more than Node or take their time: foreign clients, Apache Kafka from Maven,
// killed processes. What a machine lacks is skipped, with a line that says so.
import path from 'node:path';
import { become, prepare, root } from './prepare.mjs';

await prepare();
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
become(process.execPath, [vitest, 'run', '--project', 'slow', ...process.argv.slice(2)]);
