// `npm run docs`: writes docs/reference from what the code registers.
import path from 'node:path';
import { become, build, install, requireNode, root } from './prepare.mjs';

requireNode();
install();
build();
become(process.execPath, [
  path.join(root, 'dist', 'cli', 'reference', 'main.js'),
  path.join(root, 'docs', 'reference'),
]);
