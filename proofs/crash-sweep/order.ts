import type { Verdict } from '../kfault/plan.ts';

/** Says so where a Deployment was written before the status in which the decision about it is remembered. */
export function unremembered({ requests }: Pick<Verdict, 'requests'>): string[] {
  const writes = requests.filter(({ lane }) => lane === 'write');
  const remembered =
    writes.find(({ subresource }) => subresource === 'status')?.position ?? Number.POSITIVE_INFINITY;
  const acted = writes.find(({ resource }) => resource === 'deployments');
  if (acted === undefined || remembered < acted.position) return [];
  return [
    `Deployment ${acted.name} was written (${acted.position}) before the decision was stored in status`,
  ];
}
