import { expect, it } from 'vitest';
import { commandName } from '../../cli/command-name.ts';

it('names the command as this copy of the package is run', () => {
  expect(commandName('/home/me/app/node_modules/millrace/dist/cli/command-name.js')).toBe('npx millrace');
  expect(commandName('C:\\app\\node_modules\\millrace\\dist\\cli\\command-name.js')).toBe('npx millrace');
  expect(commandName('/home/me/millrace/dist/cli/command-name.js')).toBe('npm run --silent millrace --');
  expect(commandName()).toBe('npm run --silent millrace --');
});
