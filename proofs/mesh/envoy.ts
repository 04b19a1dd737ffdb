import { at } from '../kube/object.ts';
import type { Target } from '../target.ts';
import type { Finding } from './finding.ts';
import { isMeshed } from './pod-script.ts';

/** Statistics `…update_rejected` of an Envoy's Prometheus page that are not 0, by name. */
export function rejectedUpdates(page: string): Record<string, number> {
  const found = page.split('\n').flatMap((line) => {
    const match = /^(envoy_\S*update_rejected\S*?)(?:\{[^}]*\})? (\d+)/.exec(line);
    return match === null || Number(match[2]) === 0 ? [] : [[match[1] ?? '', Number(match[2])] as const];
  });
  return Object.fromEntries(found);
}

/** True for a page that shows at all whether updates were rejected. */
export function countsUpdates(page: string): boolean {
  return (
    /^envoy_cluster_manager_cds_update_rejected/m.test(page) &&
    /^envoy_listener_manager_lds_update_rejected/m.test(page)
  );
}

/** Every running Envoy of the cluster says that it rejected no configuration. */
export async function checkEnvoys({ kube }: Target): Promise<Finding[]> {
  const pods = (await kube.list('v1', 'Pod')).filter(
    (pod) =>
      isMeshed(pod) &&
      pod.metadata.deletionTimestamp === undefined &&
      at(pod, 'status', 'phase') === 'Running',
  );
  return Promise.all(
    pods.map(async ({ metadata: { namespace, name } }) => {
      const page = await kube.text(
        `/api/v1/namespaces/${namespace}/pods/${name}:15090/proxy/stats/prometheus`,
      );
      const rejected = Object.entries(rejectedUpdates(page));
      const what = `Envoy of ${namespace}/${name}`;
      if (!countsUpdates(page)) return { what, problem: 'shows no update_rejected at all' };
      if (rejected.length === 0) return { what };
      return { what, problem: `rejected: ${rejected.map(([stat, count]) => `${stat} ${count}`).join(', ')}` };
    }),
  );
}
