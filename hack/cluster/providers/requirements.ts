import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the toolchain and the local node call. */
const BUILD_COMMANDS = ['go'];
const LOCAL_COMMANDS = [
  'openssl',
  'ip',
  'unshare',
  'nsenter',
  'mount',
  'tar',
  'python3',
  'apt-get',
  'apt-cache',
  'dpkg',
  // hack/images makes the stores with these.
  'bash',
  'mvn',
  'javac',
  'unzip',
  'xz',
];

/** The commands of a list that PATH does not have. */
export function missingCommands(commands: readonly string[], path = process.env['PATH'] ?? ''): string[] {
  const folders = path.split(delimiter).filter(Boolean);
  return commands.filter((command) => !folders.some((folder) => isExecutable(join(folder, command))));
}

/** Why tools cannot be built here, undefined when they can. */
export function cannotBuild(): string | undefined {
  const missing = missingCommands(BUILD_COMMANDS);
  return missing.length > 0
    ? 'Go 1.26 or newer is missing: kubectl, helm and istioctl are built from source'
    : undefined;
}

/** Why a node cannot be started here, undefined when it can. */
export function cannotRunNode(platform = process.platform, uid = process.getuid?.()): string | undefined {
  if (platform !== 'linux') return `it needs Linux and this is ${platform}`;
  if (uid !== 0) return 'it needs root: a node mounts file systems and makes network interfaces';
  const missing = missingCommands(LOCAL_COMMANDS);
  if (missing.length > 0)
    return `it needs ${missing.join(', ')} (a Debian or Ubuntu system has or offers them)`;
  return cannotBuild();
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
