import type { Kube } from '../kube/kube.ts';
import { at } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import type { Random } from '../random.ts';
import { makeFleet } from '../silence-200/fleet.ts';
import { type Members, servicesWith, smallSpec, stackObject } from '../small-stack.ts';
import { isReady, type StackName, stackReference } from '../stack.ts';

/** Stacks that use what an upgrade might get wrong; the rest of the fleet is drawn. */
export const chosen: Readonly<Record<string, Members>> = {
  settings: {
    services: servicesWith({
      pod: { terminationGracePeriodSeconds: 41, annotations: { 'example.com/owner': 'a' } },
      resources: { limits: { memory: '300Mi' } },
    }),
    exposure: { hosts: ['settings.example.com'] },
  },
  custom: {
    customServices: [{ name: 'loyalty', image: { repository: 'registry.example.com/loyalty', tag: 'v1' } }],
  },
  production: { profile: 'Production', data: { postgres: { deletionPolicy: 'Delete' } } },
};

const canarySpec = (version: string): Members => ({
  services: servicesWith({ version, rollout: { strategy: 'Canary', canary: { weight: 20 } } }),
});

/** Makes the fleet and resolves when every stack is Ready, one of them half-way through a canary. */
export async function openFleet(kube: Kube, size: number, random: Random): Promise<StackName[]> {
  const stacks: StackName[] = [];
  for (const [namespace, spec] of Object.entries({ ...chosen, canary: canarySpec('v1.2.3') })) {
    const stack = { namespace, name: 'shop' };
    stacks.push(stack);
    await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await kube.apply(stackObject(namespace, stack.name, { ...smallSpec, ...spec }));
  }
  stacks.push(...(await makeFleet(kube, Math.max(0, size - stacks.length), random)));
  await untilAllAreReady(kube, stacks);
  await kube.apply(stackObject('canary', 'shop', { ...smallSpec, ...canarySpec('v1.3.0') }));
  await waitFor(
    'the canary to get its weight',
    async () => {
      const stack = await kube.get(stackReference({ namespace: 'canary', name: 'shop' }));
      return String(at(stack, 'status', 'summary', 'canary')).includes('20%') || undefined;
    },
    120_000,
  );
  await untilAllAreReady(kube, stacks);
  return stacks;
}

async function untilAllAreReady(kube: Kube, stacks: readonly StackName[]): Promise<void> {
  await waitFor(
    `${stacks.length} stacks to be Ready`,
    async () => {
      const found = await kube.list('ecommercestack.dev/v1alpha1', 'EcommerceStack');
      const ready = new Set(found.filter(isReady).map(({ metadata }) => metadata.namespace));
      return stacks.every(({ namespace }) => ready.has(namespace)) || undefined;
    },
    600_000,
    1000,
  );
}
