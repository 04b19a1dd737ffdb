import type { KubeObject } from '../kube/object.ts';
import { stackObject } from '../small-stack.ts';

const rollout = { strategy: 'Canary', canary: { steps: [{ weight: 10, hold: { type: 'Approval' } }] } };
const faster = { strategy: 'Canary', canary: { weight: 100 } };
const image = { repository: 'loyalty', tag: 'v1' };

/** The stack that everybody tries to change; nothing of it is ever stored. */
export const stack: KubeObject = stackObject('shop', 'shop', {
  version: 'v1.0.0',
  services: [{ name: 'cart', rollout }, { name: 'user' }],
  customServices: [{ name: 'loyalty', image, rollout }],
  monolith: { replicas: 1 },
  release: { windows: [{ type: 'Freeze', schedule: '0 9 * * *', duration: '8h' }] },
});

/** A change of the specification, and whether it moves a rollout. */
export type Change = { readonly what: string; readonly spec: object; readonly moves: boolean };

/** Every change that is tried. */
export const changes: readonly Change[] = [
  { what: 'a pause', spec: { paused: true }, moves: true },
  {
    what: 'other steps',
    spec: { services: [{ name: 'cart', rollout: faster }, { name: 'user' }] },
    moves: true,
  },
  { what: 'no steps', spec: { services: [{ name: 'cart' }, { name: 'user' }] }, moves: true },
  { what: 'a service left out', spec: { services: [{ name: 'user' }] }, moves: true },
  {
    what: 'steps elsewhere',
    spec: {
      services: [
        { name: 'cart', rollout },
        { name: 'user', rollout },
      ],
    },
    moves: true,
  },
  {
    what: 'other steps of a custom service',
    spec: { customServices: [{ name: 'loyalty', image, rollout: faster }] },
    moves: true,
  },
  {
    what: 'no steps of a custom service',
    spec: { customServices: [{ name: 'loyalty', image }] },
    moves: true,
  },
  { what: 'steps of the monolith', spec: { monolith: { replicas: 1, rollout } }, moves: true },
  { what: 'no windows', spec: { release: null }, moves: true },
  {
    what: 'a release group',
    spec: { release: { groups: [{ name: 'g', stages: [{ services: ['cart'] }] }] } },
    moves: true,
  },
  { what: 'a version', spec: { version: 'v1.1.0' }, moves: false },
  {
    what: 'pods',
    spec: {
      services: [
        { name: 'user', replicas: 2 },
        { name: 'cart', replicas: 2, rollout },
      ],
    },
    moves: false,
  },
  {
    what: 'an image',
    spec: { customServices: [{ name: 'loyalty', image: { ...image, tag: 'v2' }, rollout }] },
    moves: false,
  },
  {
    what: 'one more custom service',
    spec: {
      customServices: [
        { name: 'loyalty', image, rollout },
        { name: 'gifts', image, rollout: faster },
      ],
    },
    moves: false,
  },
  { what: 'no custom service', spec: { customServices: [] }, moves: false },
  { what: 'pods of the monolith', spec: { monolith: { replicas: 2 } }, moves: false },
];

/** A change that moves rollouts in every way at once: refused as soon as any part of the policy is in force. */
export const everything: object = {
  paused: true,
  release: null,
  monolith: { replicas: 1, rollout },
  services: [{ name: 'user' }],
  customServices: [{ name: 'loyalty', image }],
};
