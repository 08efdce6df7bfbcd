// `npm run sim`: installs what is missing, then runs the cluster simulation (test/sim/cluster). SIM_SEEDS says how many
// seeds, SIM_SEED repeats one.
import path from 'node:path';
import { become, install, root } from './prepare.mjs';

await install();
become(process.execPath, [
  '--import',
  'tsx',
  path.join(root, 'test', 'sim', 'cluster', 'main.ts'),
  ...process.argv.slice(2),
]);
