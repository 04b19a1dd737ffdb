import { serviceNames } from '@ecommercestack/contracts/topology';
import { pathSteps } from '../../operator/src/api/structural.ts';
import { valuesAt } from '../../operator/src/api/validate.ts';
import type { Random } from '../random.ts';
import { type Members, membersOf } from './json.ts';
import { listOf } from './repair.ts';
import type { Stack } from './stack.ts';

const workloads = ['spec.services[]', 'spec.customServices[]', 'spec.monolith'].map(pathSteps);

/**
 * The stack as small as a shared machine can run many of: few pods, some services left out, nothing paused, no deadline
 * that a busy machine misses, no PriorityClass, which would have to be made by a person. A `picky` one, which is one in
 * five, keeps what its pods ask of a node; those may fit on none.
 */
export function modest(stack: Stack, random: Random, picky = random.next() < 0.2): Stack {
  const copy = structuredClone(stack);
  Reflect.deleteProperty(copy.spec, 'paused');
  for (const workload of workloads.flatMap((steps) => valuesAt(copy, steps, ''))) {
    shrink(membersOf(workload.value));
  }
  if (!picky) settleDown(copy);
  const listed = listOf(copy.spec['services']).map((item) => membersOf(item)['name']);
  const others = serviceNames.filter((name) => !listed.includes(name) && random.next() < 0.85);
  const disabled = others.map((name) => ({ name, placement: 'Disabled' }));
  if (disabled.length > 0) copy.spec['services'] = [...listOf(copy.spec['services']), ...disabled];
  return copy;
}

const storePlaces = ['postgres', 'mongodb', 'redis', 'search']
  .map((store) => `spec.data.${store}.embedded`)
  .concat('spec.eventBus.kafka.embedded')
  .map(pathSteps);

/** Takes away what no node of a small cluster can give: places, and more than it has. */
function settleDown(stack: Stack): void {
  for (const { value } of workloads.flatMap((steps) => valuesAt(stack, steps, ''))) {
    const workload = membersOf(value);
    Reflect.deleteProperty(workload, 'resources');
    for (const name of ['nodeSelector', 'affinity', 'topologySpreadConstraints'])
      if (workload['pod']) Reflect.deleteProperty(membersOf(workload['pod']), name);
  }
  for (const { value } of storePlaces.flatMap((steps) => valuesAt(stack, steps, ''))) {
    const { storage } = membersOf(value);
    Reflect.deleteProperty(membersOf(value), 'resources');
    if (storage) Reflect.deleteProperty(membersOf(storage), 'className');
  }
}

function shrink(workload: Members): void {
  if (typeof workload['replicas'] === 'number') workload['replicas'] = Math.min(2, workload['replicas']);
  if (workload['autoscaling']) membersOf(workload['autoscaling'])['minReplicas'] = 1;
  if (workload['pod']) Reflect.deleteProperty(membersOf(workload['pod']), 'priorityClassName');
  for (const name of ['paused', 'progressDeadline']) {
    if (workload['rollout']) Reflect.deleteProperty(membersOf(workload['rollout']), name);
  }
}
