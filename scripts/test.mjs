// `npm test`: install and build what is missing, then the fast tests. Arguments go to the test runner.
import path from 'node:path';
import { become, prepare, root } from './prepare.mjs';

await prepare();
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
become(process.execPath, [vitest, 'run', '--project', 'fast', ...process.argv.slice(2)]);
