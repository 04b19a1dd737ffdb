import { AuditMark } from '../audit.ts';
import { type Plane, startOperator } from '../controlplane.ts';
import { smallSpec, stackObject } from '../small-stack.ts';
import { untilReady } from '../stack.ts';

import { install, makeNamespace } from './installation.ts';
import { trespasses } from './trespass.ts';

/** Two operators with namespaced Roles on different namespaces: both act, and neither is seen in the other's. */
export async function judgeNeighbours(plane: Plane, say: (line: string) => void): Promise<string[]> {
  const sets = [
    { namespace: 'east-system', watch: ['east-a', 'east-b'] },
    { namespace: 'west-system', watch: ['west-a'] },
  ];
  const mark = new AuditMark(plane.auditLog);
  const installations = [];
  for (const set of sets) installations.push(await install(plane, set));
  const operators = await Promise.all(
    installations.map(({ kubeconfig, watch, namespace }) =>
      startOperator({
        ...{ kubeconfig, directory: plane.directory, name: namespace },
        args: ['--namespaces', watch.join(',')],
      }),
    ),
  );
  try {
    say('two operators side by side');
    const places = sets.flatMap(({ watch }) => watch);
    for (const place of [...places, 'nobodys']) {
      await makeNamespace(plane, place);
      await plane.kube.apply(stackObject(place, 'shop', smallSpec));
    }
    for (const place of places) await untilReady(plane.kube, { namespace: place, name: 'shop' }, 120_000);
  } finally {
    for (const operator of operators) await operator.stop();
  }
  const events = mark.since();
  const nobodys = await plane.kube.get({
    ...{ apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack' },
    ...{ namespace: 'nobodys', name: 'shop' },
  });
  return [
    ...installations.flatMap(({ user, namespace, watch }) => {
      const outside = trespasses(events, { user, home: namespace, allowed: watch });
      const elsewhere = events
        .filter((event) => event.user === user && event.resource !== '')
        .filter((event) => ![namespace, ...watch].includes(event.namespace))
        .map(({ verb, resource, namespace: place }) => `${verb} ${resource} in ${place || 'all namespaces'}`);
      return [...outside, ...new Set(elsewhere)].map((what) => `operator of ${watch.join(' and ')}: ${what}`);
    }),
    ...(nobodys?.['status'] === undefined ? [] : ['a stack in a namespace of nobody was acted on']),
  ];
}
