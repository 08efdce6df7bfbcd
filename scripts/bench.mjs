// `npm run bench [-- --quick]`: every figure beside its rival. The rivals need Java 17 and Maven.
import path from 'node:path';
import { become, prepare, root } from './prepare.mjs';

await prepare();
become(process.execPath, [path.join(root, 'dist', 'bench', 'run.js'), ...process.argv.slice(2)]);
