import { join } from 'node:path';
import { type Log, run, toolPath } from '../toolchain/index.ts';
import { kubectl } from './kubectl.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const CHART = join(ROOT, 'charts', 'ecommercestack-operator');
const RELEASE = 'ecommercestack-operator';

/** The namespace of the operator. */
export const OPERATOR_NAMESPACE = 'ecommercestack-system';

/** Pod Security admission refuses everything in the namespace that is not restricted. */
export const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' } as const;

/**
 * Installs the operator and its CRDs through the chart and waits until it is ready.
 *
 * The fingerprint of its image goes onto its pods, because the tag of a version under development does not change
 * when its content does.
 */
export async function installOperator(
  kubeconfig: string,
  fingerprint: string | undefined,
  log: Log,
): Promise<void> {
  const api = kubectl(kubeconfig);
  log('installing the operator');
  await api.apply([namespaceObject(OPERATOR_NAMESPACE)]);
  const values = fingerprint ? { podAnnotations: { 'ecommercestack.dev/image': fingerprint } } : {};
  const flags = ['--kubeconfig', kubeconfig, '--namespace', OPERATOR_NAMESPACE];
  await run(helm(), ['upgrade', '--install', RELEASE, CHART, ...flags, '--values', '-'], {
    input: JSON.stringify(values),
  });
  await api('-n', OPERATOR_NAMESPACE, 'rollout', 'status', `deployment/${RELEASE}`, '--timeout=180s');
}

/** Removes the operator and, with its CRDs, every stack. */
export async function uninstallOperator(kubeconfig: string, log: Log): Promise<void> {
  log('removing the operator');
  const flags = ['--kubeconfig', kubeconfig, '--namespace', OPERATOR_NAMESPACE];
  await run(helm(), ['uninstall', RELEASE, ...flags, '--ignore-not-found', '--wait']);
  await kubectl(kubeconfig)(
    'delete',
    'namespace',
    OPERATOR_NAMESPACE,
    '--ignore-not-found',
    '--timeout=120s',
  );
}

/** A namespace in which Pod Security is enforced. */
export function namespaceObject(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: RESTRICTED } };
}

function helm(): string {
  return toolPath('helm', 'helm');
}
