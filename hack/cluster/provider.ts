import type { Log } from '../toolchain/index.ts';
import type { ProviderName } from './state.ts';

/** How to reach a cluster; what this machine cannot reach is empty. */
export interface ClusterAccess {
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly url: string;
  /** Changes when the content of the operator's image does, where that is known. */
  readonly operatorFingerprint?: string;
  /** What a person should know about this kind of cluster, a sentence each. */
  readonly notes: readonly string[];
  /** What the operator adds to DataReady about an embedded store, by store. */
  readonly storeNotes?: Readonly<Record<string, string>>;
}

/** The images that a stack needs: those of the stores and the operator, and all names of the services image. */
export interface ImageDemand {
  readonly services: readonly string[];
}

/** A place that clusters come from. */
export interface Provider {
  readonly name: ProviderName;
  /** Says what is missing, undefined when this provider can work here. */
  unavailable(): Promise<string | undefined>;
  /** Starts the cluster and the mesh, or what of them does not run, with the images that the stack needs. */
  up(images: ImageDemand, log: Log): Promise<ClusterAccess>;
  /** Makes further names of the services image runnable in the running cluster. */
  loadImages(images: ImageDemand, log: Log): Promise<void>;
  /** Takes away everything that `up` made. */
  down(log: Log): Promise<void>;
}

/** The person named a provider that does not exist or cannot work, or none can. */
export class NoProvider extends Error {
  override readonly name = 'NoProvider';
}

/**
 * Picks the provider: the one that CLUSTER names, else the first of kind and local that can work here. Throws with
 * what each one lacks and with what works all the same.
 */
export async function pickProvider(
  providers: readonly Provider[],
  wanted: string | undefined,
): Promise<Provider> {
  if (wanted) {
    const named = providers.find(({ name }) => name === wanted);
    if (!named)
      throw new NoProvider(`CLUSTER=${wanted} is unknown: existing, kind and local are the choices`);
    const lack = await named.unavailable();
    if (lack) throw new NoProvider(`CLUSTER=${wanted} does not work here: ${lack}`);
    return named;
  }
  const lacks: string[] = [];
  // Somebody's own cluster is only touched when it is asked for by name.
  for (const provider of providers.filter(({ name }) => name !== 'existing')) {
    const lack = await provider.unavailable();
    if (!lack) return provider;
    lacks.push(`  ${provider.name}: ${lack}`);
  }
  throw new NoProvider(`${['no cluster can be started here:', ...lacks, ...WORKS_ANYWAY].join('\n')}`);
}

const WORKS_ANYWAY = [
  'what works without one:',
  '  CLUSTER=existing KUBECONFIG=… npm run up      the operator and the stack on a cluster that you have',
  '  npm run -s render -- FILE                     every object that the operator would apply',
  '  npm run test:unit                             all tests that need no cluster',
];
