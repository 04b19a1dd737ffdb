import { join } from 'node:path';
import { ensureEnvoy, envoyPath } from './envoy.ts';
import { ensureGoTool, goToolDir } from './gobuild.ts';
import type { Log } from './progress.ts';
import { GO_TOOLS, type GoToolName, goTool, type ToolName } from './tools.ts';

export { cacheRoot } from './cache.ts';
export { ensureCheckov } from './checkov.ts';
export { CommandFailed, run } from './command.ts';
export { debianDir, debianEnvironment, ensureDebian, NODE_PACKAGES } from './debian.ts';
export { handleInterruption, Interrupted, interruption } from './interruption.ts';
export { withLock } from './lock.ts';
export { elapsedLog, type Log, withHeartbeat } from './progress.ts';
export type { GoToolName, ToolName } from './tools.ts';

/** The version of a tool as its go.mod pins it. */
export function toolVersion(tool: GoToolName): string {
  return goTool(tool).version;
}

/** The absolute path of a command of a tool in the cache, whether or not it is built yet. */
export function toolPath(tool: ToolName, command: string): string {
  if (tool === 'envoy') return envoyPath();
  const known = goTool(tool).commands.map((row) => row.name);
  if (!known.includes(command)) {
    throw new Error(`${tool} has no command ${command}: it has ${known.join(', ')}`);
  }
  return join(goToolDir(tool), 'bin', command);
}

/** The absolute path of a file that a tool's module carries, as copied into the cache. */
export function toolAsset(tool: GoToolName, path: string): string {
  if (!goTool(tool).assets?.includes(path)) throw new Error(`${tool} has no asset ${path}`);
  return join(goToolDir(tool), 'share', path);
}

/** All asset paths of a tool, absolute. */
export function toolAssets(tool: GoToolName): string[] {
  return (goTool(tool).assets ?? []).map((path) => toolAsset(tool, path));
}

/** Builds or fetches the named tools one after another; what the cache has costs nothing. */
export async function ensureTools(tools: readonly ToolName[], log: Log): Promise<void> {
  for (const tool of tools) {
    if (tool === 'envoy') await ensureEnvoy(log);
    else await ensureGoTool(tool, log);
  }
}

/** Builds some commands of one tool. */
export async function ensureCommands(tool: GoToolName, commands: readonly string[], log: Log): Promise<void> {
  await ensureGoTool(tool, log, commands);
}

/** The names of all tools that are built from Go modules. */
export const GO_TOOL_NAMES = Object.keys(GO_TOOLS).filter((name): name is GoToolName => name in GO_TOOLS);
