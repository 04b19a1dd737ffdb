import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheRoot } from './cache.ts';
import { run } from './command.ts';
import { withLock } from './lock.ts';
import { type Log, withHeartbeat } from './progress.ts';
import { type GoCommand, type GoTool, type GoToolName, goTool } from './tools.ts';

const HERE = import.meta.dirname;
const GO_ENVIRONMENT = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' };

/** Where a Go tool lives in the cache. */
export function goToolDir(name: GoToolName): string {
  return join(cacheRoot(), `${name}-${goTool(name).version}`);
}

/** The arguments of `go` that build a command into a file. */
export function buildArguments(tool: GoTool, command: GoCommand, output: string): string[] {
  const tags = command.tags ? ['-tags', command.tags.join(',')] : [];
  const ldflags = ['-s', '-w', ...(tool.ldflags ?? [])].join(' ');
  return ['build', '-trimpath', ...tags, '-ldflags', ldflags, '-o', output, command.package];
}

/** Builds the commands and copies the assets of a Go tool that the cache lacks; concurrent callers build once. */
export async function ensureGoTool(
  name: GoToolName,
  log: Log,
  commands: readonly string[] = goTool(name).commands.map((command) => command.name),
): Promise<void> {
  const tool = goTool(name);
  if (missing(name, tool, commands).length === 0) return;
  const wait = (): void => log(`${name} ${tool.version}: another process builds it, waiting`);
  await withLock(
    goToolDir(name),
    async () => {
      const lacking = missing(name, tool, commands);
      for (const command of tool.commands) {
        if (lacking.includes(command.name)) await build(name, tool, command, log);
      }
      if ((tool.assets ?? []).some((asset) => lacking.includes(asset))) await copyAssets(name, tool);
    },
    wait,
  );
}

function missing(name: GoToolName, tool: GoTool, commands: readonly string[]): string[] {
  const dir = goToolDir(name);
  return [
    ...commands.filter((command) => !existsSync(join(dir, 'bin', command))),
    ...(tool.assets ?? []).filter((asset) => !existsSync(join(dir, 'share', asset))),
  ];
}

async function build(name: GoToolName, tool: GoTool, command: GoCommand, log: Log): Promise<void> {
  const dir = goToolDir(name);
  const part = join(dir, 'bin.part', command.name);
  mkdirSync(dirname(part), { recursive: true });
  mkdirSync(join(dir, 'bin'), { recursive: true });
  await withHeartbeat(log, `building ${command.name} ${tool.version}`, () =>
    run('go', buildArguments(tool, command, part), { cwd: join(HERE, tool.dir), env: GO_ENVIRONMENT }),
  );
  renameSync(part, join(dir, 'bin', command.name));
}

async function copyAssets(name: GoToolName, tool: GoTool): Promise<void> {
  const module = (
    await run('go', ['list', '-m', '-f', '{{.Dir}}', tool.module], {
      cwd: join(HERE, tool.dir),
      env: GO_ENVIRONMENT,
    })
  ).trim();
  for (const asset of tool.assets ?? []) {
    const part = join(goToolDir(name), 'share.part', asset);
    const target = join(goToolDir(name), 'share', asset);
    mkdirSync(dirname(part), { recursive: true });
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(module, asset), part);
    renameSync(part, target);
  }
  rmSync(join(goToolDir(name), 'share.part'), { recursive: true, force: true });
}
