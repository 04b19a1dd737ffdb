import { describe, expect, it } from 'vitest';
import { listening, mountPoints } from '../inventory.ts';
import { hierarchies } from '../local/cgroups.ts';
import { fullName, hostGiven, parseImages } from '../local/ctr.ts';
import { staleArchives } from '../local/images.ts';
import { isEmptyTable, removalCommands } from '../local/iptables.ts';
import { firewall } from '../local/network.ts';
import { isReady } from '../local/node.ts';
import { persistentVolume, releasedVolumes, storageClass } from '../local/storage.ts';
import { SERVICES_IMAGE } from '../serviceimages.ts';

describe('images', () => {
  it.each([
    ['redis:7', 'default.test/library/redis:7'],
    ['apache/kafka:4.4.0', 'default.test/apache/kafka:4.4.0'],
    ['localhost/pause:1', 'localhost/pause:1'],
    ['registry.test/a/b:1', 'registry.test/a/b:1'],
    ['host:5000/a:1', 'host:5000/a:1'],
  ])('%s is called %s', (reference, full) => {
    expect(fullName(reference, 'default.test')).toBe(full);
  });

  it.each(['redis:7', 'apache/kafka:4.4.0'])('what containerd put before %s is read off', (reference) => {
    const stored = [reference, 'other:1'].map((name) => ({
      name: fullName(name, 'default.test'),
      digest: 'sha256:abc',
    }));
    expect(hostGiven(reference, stored)).toBe('default.test');
    expect(hostGiven(reference, stored.slice(1))).toBeUndefined();
  });

  it('reads the list that ctr prints', () => {
    const table = 'REF TYPE DIGEST SIZE\nlocalhost/pause:1 application/x sha256:abc 1 MiB linux/amd64 -\n\n';
    expect(parseImages(table)).toEqual([{ name: 'localhost/pause:1', digest: 'sha256:abc' }]);
  });

  it('loads what is missing or changed, each archive once', () => {
    const built = [
      { name: 'a:1', archive: 'a-2.tar' },
      { name: 'b:1', archive: 'b-1.tar' },
      { name: 'c:1', archive: 'c-1.tar' },
      { name: 'd:1', archive: 'c-1.tar' },
    ];
    const loaded = { 'a:1': 'a-1.tar', 'b:1': 'b-1.tar', 'c:1': 'c-1.tar' };
    const stored = [SERVICES_IMAGE, 'a:1', 'b:1'].map((name) => ({
      name: fullName(name, 'default.test'),
      digest: 'sha256:abc',
    }));
    expect(staleArchives(built, loaded, stored)).toEqual(['a-2.tar', 'c-1.tar']);
    expect(staleArchives(built, loaded, [])).toEqual(['a-2.tar', 'b-1.tar', 'c-1.tar']);
  });
});

describe('storage', () => {
  it('makes volumes that only this node mounts and that keep their data', () => {
    expect(persistentVolume('local-01', '/x/local-01')).toMatchObject({
      metadata: { name: 'local-01' },
      spec: {
        storageClassName: 'local',
        local: { path: '/x/local-01' },
        persistentVolumeReclaimPolicy: 'Retain',
      },
    });
    expect(storageClass()).toMatchObject({ volumeBindingMode: 'WaitForFirstConsumer' });
  });

  it('takes back volumes whose claim is gone and no others', () => {
    const items = ['Available', 'Released', 'Bound', undefined].map((phase, index) => ({
      metadata: { name: `v${index}` },
      ...(phase ? { status: { phase } } : {}),
    }));
    expect(releasedVolumes({ items })).toEqual(['v1']);
  });
});

describe('iptables', () => {
  const saved = [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':CNI-HOSTPORT-DNAT - [0:0]',
    ':CNI-OLD - [0:0]',
    '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
    '-A PREROUTING -j CNI-OLD',
    '-A PREROUTING -j DOCKER',
    '-A POSTROUTING -s 10.0.0.1/32 -m comment --comment "name: \\"x\\" id: 1" -j CNI-HOSTPORT-DNAT',
    '-A CNI-HOSTPORT-DNAT -p tcp -j CNI-DN-1',
    'COMMIT',
  ].join('\n');

  it('undoes what the CNI plugins added: jumps, rules, chains, and nothing that was there', () => {
    expect(removalCommands(saved, ['CNI-OLD'])).toEqual([
      ['-t', 'nat', '-D', 'PREROUTING', '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'CNI-HOSTPORT-DNAT'],
      [
        '-t',
        'nat',
        '-D',
        'POSTROUTING',
        '-s',
        '10.0.0.1/32',
        '-m',
        'comment',
        '--comment',
        'name: "x" id: 1',
      ].concat(['-j', 'CNI-HOSTPORT-DNAT']),
      ['-t', 'nat', '-F', 'CNI-HOSTPORT-DNAT'],
      ['-t', 'nat', '-X', 'CNI-HOSTPORT-DNAT'],
    ]);
  });

  it('knows a table without rules', () => {
    const base =
      'table ip nat {\n\tchain OUTPUT {\n\t\ttype nat hook output priority -100; policy accept;\n\t}\n}\n';
    expect(isEmptyTable(base)).toBe(true);
    expect(isEmptyTable(base.replace('\t}', '\t\tcounter accept\n\t}'))).toBe(false);
  });
});

describe('machine', () => {
  it('keeps our addresses to this machine and its pods', () => {
    expect(firewall()).toContain('ip daddr 10.243.0.1 iifname != { "ecs-node", "ecs-pods" } drop');
    expect(firewall()).toContain('ip daddr 127.0.0.0/8 drop');
  });

  it('finds the cgroup hierarchies of both versions', () => {
    const mounts =
      'cgroup /c/pids cgroup rw 0 0\nnone /proc proc rw 0 0\ncgroup2 /c/unified cgroup2 rw 0 0\n';
    expect(hierarchies(mounts)).toEqual(['/c/pids', '/c/unified']);
  });

  it('reads listening sockets of ours and no others', () => {
    const row = (address: string, state: string) =>
      `  0: ${address} 00000000:0000 ${state} 00000000:00000000`;
    const table = [
      'sl local_address rem_address st',
      row('0100F30A:192B', '0A'),
      row('0100F30A:192C', '01'),
      row('0100007F:1F90', '0A'),
      row('0100007F:1F91', '0A'),
    ].join('\n');
    expect(listening(table)).toEqual(['10.243.0.1:6443', '127.0.0.1:8080']);
  });

  it('reads mount points with their file systems', () => {
    expect(
      mountPoints('22 1 0:5 / /proc rw - proc proc rw\n23 1 0:6 / /a rw shared:1 - ext4 /dev/x rw\n'),
    ).toEqual(['/a ext4', '/proc proc']);
  });

  it('believes a node that says Ready', () => {
    const node = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } });
    expect(isReady(node('True'))).toBe(true);
    expect(isReady(node('Unknown'))).toBe(false);
    expect(isReady(undefined)).toBe(false);
  });
});
