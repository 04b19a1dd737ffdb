import { basename } from 'node:path';
import { type BuiltImage, imageNames, istioTag } from '../../images/index.ts';
import { ensureTools, type Log } from '../../toolchain/index.ts';
import { raiseCluster, removeCluster } from '../local/cluster.ts';
import { dnsObjects } from '../local/dns.ts';
import { buildLocalImages, loadLocalImages } from '../local/images.ts';
import { GATEWAY, layout } from '../local/layout.ts';
import { type Machine, prepareDebian } from '../local/machine.ts';
import { mastersFiles } from '../masters.ts';
import { installMesh } from '../mesh/install.ts';
import type { MeshOptions } from '../mesh/operator.ts';
import type { ClusterAccess, ImageDemand, Provider } from '../provider.ts';
import { cannotRunNode } from './requirements.ts';

const STAND_IN = 'mongo:8 is a stand-in that speaks MongoDB’s wire protocol, not MongoDB';

const NOTES = [
  'NetworkPolicy objects are made and not enforced here: the bridge CNI has no enforcer (kind and most clusters do)',
  'proxies run stock Envoy, not Istio’s build of it, so there are no istio_requests_total metrics here',
  STAND_IN,
];

/** A cluster of processes of this machine, built from pinned Go modules: no container engine, Linux and root only. */
export const local: Provider = {
  name: 'local',
  unavailable: async () => cannotRunNode(),
  async up(images, log) {
    const { machine, built } = await prepare(log);
    const paths = layout();
    const api = await raiseCluster(machine, log, () => loadLocalImages(paths, built, images.services, log));
    await api.apply(dnsObjects());
    await installMesh(api, meshOptions(), paths.dir, log);
    return access(built);
  },
  async loadImages(images: ImageDemand, log: Log) {
    await loadLocalImages(layout(), await buildLocalImages(log), images.services, log);
  },
  down: removeCluster,
};

/** Builds and fetches everything; what comes from different registries comes at the same time. */
async function prepare(log: Log): Promise<{ machine: Machine; built: BuiltImage[] }> {
  const [machine, built] = await Promise.all([
    prepareDebian(log),
    buildLocalImages(log),
    ensureTools(['kubernetes', 'etcd', 'containerd', 'coredns', 'istio', 'helm'], log),
    ensureTools(['envoy'], log),
  ]);
  return { machine, built };
}

function meshOptions(): MeshOptions {
  const { cniBin, cniConf, cniNetns } = layout();
  return {
    images: { hub: 'localhost', tag: istioTag },
    cni: { bin: cniBin, conf: cniConf, netns: cniNetns },
    gateway: GATEWAY,
  };
}

function access(built: readonly BuiltImage[]): ClusterAccess {
  const operator = built.find(({ name }) => name === imageNames.operator);
  const { kubeconfig, auditLog } = mastersFiles(layout().dir);
  return {
    kubeconfig,
    auditLog,
    url: `http://${GATEWAY.address}:${GATEWAY.port}`,
    operatorFingerprint: operator && basename(operator.archive),
    notes: NOTES,
    storeNotes: { mongodb: STAND_IN },
  };
}
