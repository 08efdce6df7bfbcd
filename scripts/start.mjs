// `npm start`: install and build what is missing, then the demo on real data.
import path from 'node:path';
import { become, prepare, root } from './prepare.mjs';

await prepare();
become(process.execPath, [path.join(root, 'dist', 'cli', 'main.js'), 'demo', ...process.argv.slice(2)]);
