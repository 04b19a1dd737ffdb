import { join } from 'node:path';
import { type Log, run, toolPath } from '../toolchain/index.ts';
import { type Kubectl, kubectl } from './kubectl.ts';
import type { ClusterAccess } from './provider.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const CHART = join(ROOT, 'charts', 'ecommercestack-operator');
const RELEASE = 'ecommercestack-operator';

/** The namespace of the operator. */
export const OPERATOR_NAMESPACE = 'ecommercestack-system';

/** Pod Security admission refuses everything in the namespace that is not restricted. */
export const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' } as const;

/** Pods ask for their proxy by label, so `istioctl analyze` need not tell that namespaces do not. */
const INJECTION_BY_POD = { 'galley.istio.io/analyze-suppress': 'IST0102' } as const;

/**
 * Installs the operator and its CRDs through the chart and waits until it is ready.
 *
 * The fingerprint of its image goes onto its pods, because the tag of a version under development does not change
 * when its content does.
 */
export async function installOperator(access: ClusterAccess, log: Log): Promise<void> {
  const { kubeconfig, operatorFingerprint: fingerprint, storeNotes = {} } = access;
  const api = kubectl(kubeconfig);
  log('installing the operator');
  await api.apply([plainNamespaceObject('default'), namespaceObject(OPERATOR_NAMESPACE)]);
  const podAnnotations = fingerprint ? { 'ecommercestack.dev/image': fingerprint } : {};
  const flags = ['--kubeconfig', kubeconfig, '--namespace', OPERATOR_NAMESPACE];
  await run(helm(), ['upgrade', '--install', RELEASE, CHART, ...flags, '--values', '-'], {
    input: JSON.stringify({ podAnnotations, storeNotes }),
  });
  await rolledOut(api, ['-n', OPERATOR_NAMESPACE, `deployment/${RELEASE}`]);
}

/** Waits for a rollout; when it does not come to an end, the error shows what the pods say. */
async function rolledOut(api: Kubectl, target: readonly string[]): Promise<void> {
  try {
    await api('rollout', 'status', ...target, '--timeout=180s');
  } catch (error) {
    const said = await api('logs', ...target, '--tail=10').catch(() => '');
    if (error instanceof Error) error.message += `\nthe operator's last lines:\n${said || '(none)'}`;
    throw error;
  }
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
  const metadata = { name, labels: RESTRICTED, annotations: INJECTION_BY_POD };
  return { apiVersion: 'v1', kind: 'Namespace', metadata };
}

/** A namespace that exists anyway: nothing is enforced in it. */
export function plainNamespaceObject(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations: INJECTION_BY_POD } };
}

function helm(): string {
  return toolPath('helm', 'helm');
}
