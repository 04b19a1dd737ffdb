import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Kubectl } from '../kubectl.ts';
import { type Layout, NODE } from './layout.ts';

const CLASS = 'local';
const COUNT = 60;

/** The default StorageClass: a claim binds to one of the volumes made beforehand when its pod is scheduled. */
export function storageClass(): object {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Retain',
  };
}

/** A `local` PersistentVolume over a directory; its capacity is nominal, nothing enforces it. */
export function persistentVolume(name: string, path: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      storageClassName: CLASS,
      capacity: { storage: '100Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE.name] }] },
          ],
        },
      },
    },
  };
}

interface VolumeList {
  readonly items: readonly { readonly metadata: { name: string }; readonly status?: { phase?: string } }[];
}

/** Names of the volumes whose claim is gone: nobody reads their data any more. */
export function releasedVolumes(list: VolumeList): string[] {
  return list.items.flatMap(({ metadata, status }) => (status?.phase === 'Released' ? [metadata.name] : []));
}

/** Makes the volumes and empties those whose claim is gone, so that they are available again. */
export async function raiseStorage(paths: Layout, api: Kubectl): Promise<void> {
  const list = await api.get<VolumeList>('persistentvolumes');
  for (const name of releasedVolumes(list ?? { items: [] })) {
    await api('delete', 'persistentvolume', name);
    const dir = join(paths.volumes, name);
    for (const entry of readdirSync(dir)) rmSync(join(dir, entry), { recursive: true, force: true });
  }
  const names = Array.from({ length: COUNT }, (_, index) => `local-${String(index + 1).padStart(2, '0')}`);
  for (const name of names) mkdirSync(join(paths.volumes, name), { recursive: true, mode: 0o777 });
  await api.apply([
    storageClass(),
    ...names.map((name) => persistentVolume(name, join(paths.volumes, name))),
  ]);
}
