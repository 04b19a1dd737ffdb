import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageNames } from '../../images/index.ts';
import {
  ensureCommands,
  ensureTools,
  type Log,
  run,
  toolPath,
  withHeartbeat,
} from '../../toolchain/index.ts';
import { auditPolicy } from '../audit.ts';
import { kubectl } from '../kubectl.ts';
import { installMesh } from '../mesh/install.ts';
import type { ClusterAccess, ImageDemand, Provider } from '../provider.ts';
import { SERVICES_IMAGE } from '../serviceimages.ts';
import { forgetCluster, stateDir } from '../state.ts';
import { cannotBuild, missingCommands } from './requirements.ts';

const CONFIG = join(import.meta.dirname, '..', 'kind.yaml');
const IMAGES = join(import.meta.dirname, '..', '..', 'images', 'main.ts');
const ROOT = join(import.meta.dirname, '..', '..', '..');
const CLUSTER = 'ecommercestack';
/** Where a node of kind has its CNI plugins. */
const NODE_DIRECTORIES = { bin: '/opt/cni/bin', conf: '/etc/cni/net.d', netns: '/var/run/netns' };

/** A cluster in containers, by kind; the stores and the mesh run upstream's images. */
export const kind: Provider = {
  name: 'kind',
  async unavailable() {
    if (missingCommands(['docker']).length > 0) return 'docker is not on PATH';
    const answer = await run('docker', ['info', '--format', '{{.ServerVersion}}']).then(
      () => undefined,
      () => 'no container engine answers `docker info`',
    );
    return answer ?? cannotBuild();
  },
  async up(images, log): Promise<ClusterAccess> {
    await ensureCommands('kubernetes', ['kubectl'], log);
    await ensureCommands('istio', ['istioctl'], log);
    await ensureTools(['helm', 'kind'], log);
    const kubeconfig = join(stateDir(), 'kubeconfig');
    await createCluster(kubeconfig, log);
    await this.loadImages(images, log);
    const gateway = { address: '0.0.0.0', port: 8080 };
    await installMesh(kubectl(kubeconfig), { cni: NODE_DIRECTORIES, gateway }, stateDir(), log);
    return {
      kubeconfig,
      auditLog: join(stateDir(), 'audit', 'audit.log'),
      url: 'http://127.0.0.1:8080',
      operatorFingerprint: await imageId(imageNames.operator),
      notes: [],
    };
  },
  async loadImages({ services }: ImageDemand, log: Log) {
    await dockerBuild('operator', 'operator/Dockerfile', imageNames.operator, log);
    await dockerBuild('services', 'services/Dockerfile', SERVICES_IMAGE, log);
    const names = services.filter((name) => name !== SERVICES_IMAGE);
    for (const name of names) await run('docker', ['tag', SERVICES_IMAGE, name]);
    await withHeartbeat(log, 'loading images into kind', () =>
      kindCommand('load', 'docker-image', '--name', CLUSTER, imageNames.operator, SERVICES_IMAGE, ...names),
    );
  },
  async down(log) {
    await ensureTools(['kind'], log);
    await kindCommand('delete', 'cluster', '--name', CLUSTER);
    forgetCluster();
  },
};

async function createCluster(kubeconfig: string, log: Log): Promise<void> {
  const clusters = (await kindCommand('get', 'clusters')).split('\n');
  const audit = join(stateDir(), 'audit');
  if (clusters.includes(CLUSTER) && existsSync(kubeconfig)) return;
  if (clusters.includes(CLUSTER)) {
    await kindCommand('export', 'kubeconfig', '--name', CLUSTER, '--kubeconfig', kubeconfig);
    return;
  }
  mkdirSync(audit, { recursive: true });
  writeFileSync(join(audit, 'policy.json'), JSON.stringify(auditPolicy(), undefined, 2));
  const flags = ['--config', CONFIG, '--kubeconfig', kubeconfig, '--wait', '180s'];
  await withHeartbeat(log, 'creating the kind cluster', () => kindCommand('create', 'cluster', ...flags));
}

/** kind resolves the relative paths of its configuration against the directory that it runs in. */
function kindCommand(...args: string[]): Promise<string> {
  mkdirSync(stateDir(), { recursive: true });
  return run(toolPath('kind', 'kind'), args, { cwd: stateDir() });
}

async function dockerBuild(context: string, dockerfile: string, tag: string, log: Log): Promise<void> {
  await withHeartbeat(log, `docker build ${tag}`, async () => {
    const folder = (await run(process.execPath, [IMAGES, 'context', context])).trim();
    await run('docker', ['build', '--file', join(ROOT, dockerfile), '--tag', tag, folder]);
  });
}

async function imageId(name: string): Promise<string> {
  return (await run('docker', ['image', 'inspect', '--format', '{{.Id}}', name])).trim();
}
