/** The ClusterRoles for people that are shipped; who gets which is said by bindings in each stack's namespace. */

import { group } from './ecommercestack.ts';
import { actionRights, extraRights, rolloutRight } from './guard.ts';
import { kinds } from './kinds.ts';

/** A rule of rbac.authorization.k8s.io/v1. */
type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
};

/** One shipped role: what it is for, and what it allows. */
export type ShippedRole = {
  readonly name: string;
  readonly purpose: string;
  readonly rules: readonly Rule[];
  /** Also part of Kubernetes' own role `view`, hence of `edit` and `admin`. */
  readonly partOfView?: true;
};

const read = ['get', 'list', 'watch'];

const ours = (resources: readonly string[], verbs: readonly string[]): Rule => ({
  apiGroups: [group],
  resources,
  verbs,
});

const on = (...rights: readonly string[]): Rule =>
  ours(
    rights.map((right) => `ecommercestacks/${right}`),
    ['create'],
  );

/** All that the status tree and `diff` read: stacks, actions, and what the operator makes of them but Secrets. */
const seeing: readonly Rule[] = [
  ours(['ecommercestacks', 'rolloutactions'], read),
  ...[...Map.groupBy(visibleKinds(), (row) => row.group)].map(([apiGroup, rows]) => ({
    apiGroups: [apiGroup],
    resources: rows.map(({ plural }) => plural).toSorted(),
    verbs: read,
  })),
];

function visibleKinds() {
  return kinds.filter(
    (row) =>
      row.group !== group && row.kind !== 'Secret' && row.watch !== 'None' && row.clusterScoped !== true,
  );
}

const asking = ours(['rolloutactions'], ['create']);

const { Abort, Undo, Pause, ...forward } = actionRights;

/** Every shipped role, from the least to the most powerful. */
export const shippedRoles: readonly ShippedRole[] = [
  {
    name: 'ecommercestack-viewer',
    purpose: 'sees stacks, their rollouts and all that runs for them, but no Secret',
    rules: seeing,
    partOfView: true,
  },
  {
    name: 'ecommercestack-promoter',
    purpose: 'moves rollouts on: promote, set a weight, pause, resume, retry',
    rules: [...seeing, asking, on(...Object.values(forward), Pause)],
  },
  {
    name: 'ecommercestack-aborter',
    purpose: 'takes rollouts back: abort, undo, pause',
    rules: [...seeing, asking, on(Abort, Undo, Pause)],
  },
  {
    name: 'ecommercestack-admin',
    purpose:
      'makes, changes and deletes stacks, takes every action, also inside a freeze window and for others',
    rules: [
      ...seeing,
      ours(['ecommercestacks'], ['create', 'update', 'patch', 'delete']),
      ours(['rolloutactions'], ['create', 'delete']),
      on(...Object.values(actionRights), ...Object.values(extraRights)),
      ours([`ecommercestacks/${rolloutRight}`], ['create', 'update']),
    ],
  },
];
