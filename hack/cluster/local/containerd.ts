import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageNames } from '../../images/table.ts';
import { toolPath } from '../../toolchain/index.ts';
import type { ProcessSpec } from '../process.ts';
import type { Layout } from './layout.ts';

/** containerd's configuration: everything below the state directory, pods by runc in plain cgroups. */
export function containerdConfiguration(paths: Layout): string {
  const quoted = (text: string): string => JSON.stringify(text);
  return `version = 3
root = ${quoted(paths.containerd)}
state = ${quoted(paths.containerdState)}
disabled_plugins = ["io.containerd.nri.v1.nri"]

[grpc]
  address = ${quoted(paths.containerdSocket)}

[ttrpc]
  address = ${quoted(`${paths.containerdSocket}.ttrpc`)}

[plugins.'io.containerd.internal.v1.opt']
  path = ${quoted(join(paths.dir, 'containerd-opt'))}

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = ${quoted(imageNames.pause)}

[plugins.'io.containerd.cri.v1.runtime']
  # Without it every sandbox dies where CAP_SYS_RESOURCE is missing.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = [${quoted(paths.cniBin)}]
  conf_dir = ${quoted(paths.cniConf)}
`;
}

/**
 * containerd in a mount namespace of its own: what it and its pods mount is never seen outside and ends with the
 * last of them. Mounts of the machine still come in.
 */
export function containerd(paths: Layout, env: Readonly<Record<string, string>>): ProcessSpec {
  const config = join(paths.dir, 'containerd.toml');
  writeFileSync(config, containerdConfiguration(paths));
  const command = [toolPath('containerd', 'containerd'), '--config', config, '--log-level', 'info'];
  const script = 'mount --make-rshared / && exec "$@"';
  const binaries = join(toolPath('containerd', 'containerd'), '..');
  return {
    name: 'containerd',
    command: 'unshare',
    args: ['--mount', '--propagation', 'slave', '--', 'sh', '-c', script, 'sh', ...command],
    // The shim is found by PATH.
    env: { ...env, PATH: `${binaries}:${env['PATH'] ?? ''}` },
  };
}
