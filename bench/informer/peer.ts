/** client-node's informer as a measured process, used as its README shows: a typed list, and `start` again on error. */
import { AppsV1Api, KubeConfig, makeInformer, type V1Deployment } from '@kubernetes/client-node';
import { type Side, serve } from './client.ts';

const reconnectMs = 50;

let list: () => readonly V1Deployment[] = () => [];

const peer: Side = {
  async start(server, onUpdate) {
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: 'feeder', server, skipTLSVerify: true }, { name: 'bench' });
    const api = config.makeApiClient(AppsV1Api);
    const informer = makeInformer<V1Deployment>(config, '/apis/apps/v1/deployments', () =>
      api.listDeploymentForAllNamespaces(),
    );
    informer.on('update', ({ metadata }) => onUpdate(metadata ?? {}));
    informer.on('error', () => setTimeout(() => void informer.start(), reconnectMs));
    list = () => informer.list();
    await informer.start();
  },
  versions: () =>
    list().map(({ metadata }) => [
      `${metadata?.namespace}/${metadata?.name}`,
      metadata?.resourceVersion ?? '',
    ]),
};

serve(peer);
