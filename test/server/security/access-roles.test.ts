import { expect, it } from 'vitest';
import { serverConfig } from '../../../src/server/config/server-config.ts';
import { endpointAccess } from '../../../src/server/security/endpoint-access.ts';
import { accessRolesOf, refuseRoles } from '../../../src/server/security/access-roles.ts';

type Steps = Readonly<Partial<Record<'read' | 'write' | 'admin', string>>>;

const settings = (steps: Steps) =>
  serverConfig(
    Object.fromEntries(Object.entries(steps).map(([step, roles]) => [`authorization.${step}.roles`, roles])),
  );

it.each([
  [{}, { read: ['**'], write: ['**'], admin: ['**'] }],
  [{ read: 'r' }, { read: ['r'], write: ['r'], admin: ['r'] }],
  [{ write: 'w' }, { read: ['**'], write: ['w'], admin: ['w'] }],
  [{ write: '' }, { read: ['**'], write: [], admin: [] }],
  [{ admin: 'a' }, { read: ['**'], write: ['**'], admin: ['a'] }],
  [
    { read: '*', admin: 'a,b' },
    { read: ['*'], write: ['*'], admin: ['a', 'b'] },
  ],
] satisfies [Steps, unknown][])('has a step that is not set follow the one below it: %j', (steps, roles) => {
  expect(accessRolesOf(settings(steps))).toEqual(roles);
});

it.each([
  [
    { write: 'w', admin: '**' },
    'authorization.admin.roles=** leaves authorization.write.roles without effect',
  ],
  [
    { write: 'w', admin: 'a,*' },
    'authorization.admin.roles=a,* leaves authorization.write.roles without effect',
  ],
  [{ read: 'r', write: '**', admin: 'a' }, 'authorization.write.roles=** leaves authorization.read.roles'],
  [{ read: 'r', admin: '**' }, 'authorization.admin.roles=** leaves authorization.write.roles'],
] satisfies [Steps, string][])(
  'refuses a step that is open to more than one below it: %j',
  (steps, message) => {
    expect(() => accessRolesOf(settings(steps))).toThrow(message);
  },
);

it('refuses roles where nobody says who they are', () => {
  expect(() => refuseRoles(settings({}))).not.toThrow();
  expect(() => refuseRoles(settings({ write: 'w' }))).toThrow(
    'authorization.write.roles has no effect with authentication.method=NONE',
  );
});

/** As a router hands them over: decoded. */
const PLACES = [
  { subject: '__GLOBAL' },
  { subject: '__EMPTY' },
  { subject: '' },
  { subject: ':.:' },
  { subject: ':.:__GLOBAL' },
  { subject: ':.::.:' },
  { subject: ':.::.c:' },
  { subject: ':.c:' },
  { subject: ':.c:__GLOBAL' },
  { context: '.c', subject: '__GLOBAL' },
  { context: '.', subject: '__GLOBAL' },
  { context: ':.:', subject: ':.c:' },
  { context: 'c', subject: '' },
];

it.each(['/config', '/mode', '/contexts/:context/config', '/contexts/:context/mode'])(
  'takes settings of many subjects for what an administrator does, by whichever name: %s',
  (route) => {
    for (const method of ['PUT', 'DELETE']) {
      expect(endpointAccess(method, route, { context: '.c' })).toBe('admin');
      for (const place of PLACES)
        expect(endpointAccess(method, `${route}/:subject`, place), JSON.stringify(place)).toBe('admin');
      for (const subject of ['a', ':.c:a', ':.:a', 'GLOBAL'])
        expect(endpointAccess(method, `${route}/:subject`, { subject }), subject).toBe('write');
    }
    expect(endpointAccess('GET', `${route}/:subject`, { subject: '__GLOBAL' })).toBe('read');
  },
);
