import type { Log } from '../toolchain/index.ts';
import { kubectl } from './kubectl.ts';
import { installOperator } from './operator.ts';
import { type ClusterAccess, type Provider, pickProvider } from './provider.ts';
import { existing } from './providers/existing.ts';
import { kind } from './providers/kind.ts';
import { local } from './providers/local.ts';
import { serviceImages, stackImages } from './serviceimages.ts';
import { applyStack, waitForStack } from './stack.ts';
import { DEFAULT_REGISTRY, readStackFile, type StackFile } from './stackfile.ts';
import { type ClusterState, currentCluster, linkTools, rememberCluster } from './state.ts';
import { statusTree } from './statustree.ts';

const PROVIDERS: readonly Provider[] = [existing, kind, local];
const DEFAULT_FILE = new URL('../../examples/shop.yaml', import.meta.url).pathname;

/** The main job: a cluster with mesh and operator, and the stack of a file Ready in it; prints where all that is. */
export async function up(file: string | undefined, log: Log): Promise<void> {
  const stack = readStackFile(file ?? DEFAULT_FILE);
  const provider = await pickProvider(PROVIDERS, process.env['CLUSTER']);
  const before = currentCluster();
  if (before && before.provider !== provider.name) {
    throw new Error(
      `a cluster of provider ${before.provider} is up: npm run down first, or CLUSTER=${before.provider}`,
    );
  }
  log(`cluster provider: ${provider.name}`);
  const access = await provider.up({ services: stackImages(stack) }, log);
  const state = remember(provider, access, stack, before);
  const api = kubectl(access.kubeconfig);
  await installOperator(access, log);
  await applyStack(api, stack, log);
  const ready = await waitForStack(api, stack, log);
  process.stdout.write(`\n${statusTree(ready)}\n\n${farewell(state, access, stack)}`);
}

/** Takes away what `up` made: with its provider when it is known, else whatever the local one finds. */
export async function down(log: Log): Promise<void> {
  const name = currentCluster()?.provider ?? process.env['CLUSTER'] ?? 'local';
  const provider = PROVIDERS.find((candidate) => candidate.name === name);
  if (!provider) throw new Error(`CLUSTER=${name} is unknown: existing, kind and local are the choices`);
  if (!currentCluster()) {
    const lack = await provider.unavailable();
    // Where a cluster of this kind cannot run, none can be left over.
    if (lack) return log(`nothing to take away (${lack})`);
  }
  await provider.down(log);
  log('down');
}

/** Makes the services image runnable under further versions in the running cluster. */
export async function tagVersions(versions: readonly string[], log: Log): Promise<void> {
  const provider = PROVIDERS.find(({ name }) => name === currentCluster()?.provider);
  if (!provider) throw new Error('no cluster is up: npm run up first');
  await provider.loadImages({ services: serviceImages(DEFAULT_REGISTRY, versions) }, log);
  log(`runnable: ${DEFAULT_REGISTRY}/<object name>:{${versions.join(',')}}`);
}

function remember(
  provider: Provider,
  access: ClusterAccess,
  stack: StackFile,
  before: ClusterState | undefined,
): ClusterState {
  const state: ClusterState = {
    provider: provider.name,
    kubeconfig: access.kubeconfig,
    toolsBin: linkTools(),
    auditLog: access.auditLog,
    url: access.url,
    startedAt: before?.startedAt ?? new Date().toISOString(),
    stack: { name: stack.name, namespace: stack.namespace },
  };
  rememberCluster(state);
  return state;
}

/** What a person needs to go on. */
export function farewell(state: ClusterState, access: ClusterAccess, stack: StackFile): string {
  const lines = [
    `export KUBECONFIG=${state.kubeconfig}`,
    `export PATH=${state.toolsBin}:$PATH          # kubectl, istioctl, helm`,
    ...(state.url ? [`shop       ${state.url}          products: ${state.url}/api/v1/products`] : []),
    ...(state.auditLog ? [`audit log  ${state.auditLog}`] : []),
    `status     kubectl -n ${stack.namespace} get ecs ${stack.name}`,
    'away       npm run down',
    ...access.notes.map((note) => `note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}
