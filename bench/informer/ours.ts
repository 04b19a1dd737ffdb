/** Our informer as a measured process. */
import { ApiClient, Informer, keyOf } from '@ecommercestack/controller-runtime';
import { type Side, serve } from './client.ts';

const resource = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
/** A disturbed run is as long as its waits: both sides come back after 50 ms. */
const timing = { spacingMs: 50, backoff: { base: 50, cap: 50 } };

let informer: Informer | undefined;

const ours: Side = {
  async start(server, onUpdate) {
    const credentials = {
      server,
      namespace: undefined,
      refresh: () => {},
      authorize: async () => ({ headers: {}, tls: {} }),
    };
    informer = new Informer({ client: new ApiClient({ credentials }), resource, timing, compact: true });
    informer.cache.onChange((type, _previous, current) => {
      if (type === 'update' && current !== undefined) onUpdate(current.metadata);
    });
    informer.start();
    await informer.waitForSync();
  },
  versions: () =>
    (informer?.cache.list() ?? []).map(({ metadata }) => [keyOf(metadata), metadata.resourceVersion ?? '']),
};

serve(ours);
