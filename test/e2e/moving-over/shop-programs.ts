import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { installNode, installPython } from '../../compat/foreign-packages.ts';
import type { ShopProgram } from './move-over.ts';

const PACKAGES = ['ksqldb-client@1.0.5', 'kafkajs@2.2.4', '@kafkajs/confluent-schema-registry@4.1.0'];

/** Installs the clients of the shop's programs into a folder; says which cannot be had here. */
export function shopPrograms(folder: string): readonly ShopProgram[] {
  const node = path.join(folder, 'shop.mjs');
  copyFileSync(path.join(import.meta.dirname, 'shop.mjs'), node);
  const noNode = installNode(folder, PACKAGES);
  const { python, whyNot } = installPython(folder, ['confluent-kafka[schemaregistry,avro,json]==2.16.1']);
  for (const why of [noNode, whyNot]) if (why !== undefined) console.log(`left out: ${why}`);
  const inPython = ['-W', 'ignore', path.join(import.meta.dirname, 'shop.py')];
  return [
    ...(noNode === undefined ? [{ command: 'node', args: [node] }] : []),
    ...(whyNot === undefined ? [{ command: python, args: inPython }] : []),
  ];
}
