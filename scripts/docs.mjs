// `npm run docs`: writes docs/reference from what the code registers.
import path from 'node:path';
import { become, prepare, root } from './prepare.mjs';

await prepare();
become(process.execPath, [
  path.join(root, 'dist', 'cli', 'reference', 'main.js'),
  path.join(root, 'docs', 'reference'),
]);
