import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheRoot } from '../cache.ts';
import { CommandFailed, run } from '../command.ts';
import { debianDir, debianEnvironment } from '../debian.ts';
import { buildArguments } from '../gobuild.ts';
import { GO_TOOL_NAMES, toolAsset, toolPath, withLock } from '../index.ts';
import { goTool } from '../tools.ts';

describe('the table of tools', () => {
  it.each(GO_TOOL_NAMES)('%s has the version that its go.mod pins, and imports what it builds', (name) => {
    const tool = goTool(name);
    const dir = join(import.meta.dirname, '..', tool.dir);
    const pins = readFileSync(join(dir, 'go.mod'), 'utf8');
    expect(pins).toContain(`${tool.module} ${tool.version}\n`);
    const imports = readFileSync(join(dir, 'tools.go'), 'utf8');
    for (const command of tool.commands) expect(imports).toContain(`_ "${command.package}"`);
  });

  it('gives paths below the cache and refuses what no tool has', () => {
    expect(toolPath('etcd', 'etcd')).toBe(join(cacheRoot(), 'etcd-v3.7.3', 'bin', 'etcd'));
    expect(() => toolPath('etcd', 'etcdctl')).toThrow('etcd has no command etcdctl: it has etcd');
    expect(() => toolAsset('etcd', 'x')).toThrow('etcd has no asset x');
  });

  it('builds with the tags, the stamp and nothing of this machine in the binary', () => {
    const tool = goTool('kubernetes');
    const command = { name: 'kubelet', package: 'p', tags: ['a', 'b'] };
    const args = buildArguments(tool, command, 'out');
    expect(args.slice(0, 5)).toEqual(['build', '-trimpath', '-tags', 'a,b', '-ldflags']);
    expect(args[5]).toMatch(/^-s -w .*version\.gitVersion=v1\.37\.2/);
    expect(args.slice(6)).toEqual(['-o', 'out', 'p']);
  });
});

describe('cacheRoot', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/c' }, '/c/ecommercestack'],
    [{ XDG_CACHE_HOME: '' }, join(process.env['HOME'] ?? '', '.cache', 'ecommercestack')],
  ])('%o gives %s', (env, root) => {
    expect(cacheRoot(env)).toBe(root);
  });
});

describe('debian', () => {
  it('names a set by its content, whatever its order', () => {
    expect(debianDir(['a', 'b'])).toBe(debianDir(['b', 'a']));
    expect(debianDir(['a'])).not.toBe(debianDir(['a', 'b']));
  });

  it('puts the extracted commands first on PATH', () => {
    expect(debianEnvironment('/d', { PATH: '/bin' })['PATH']).toMatch(/^\/d\/usr\/sbin:.*:\/bin$/);
  });
});

describe('run', () => {
  it('resolves to standard output and passes input on', async () => {
    expect(await run('cat', [], { input: 'hello' })).toBe('hello');
  });

  it('fails with the command and its last lines', async () => {
    const failing = run('sh', ['-c', 'for i in $(seq 50); do echo line $i; done; echo why >&2; exit 3']);
    await expect(failing).rejects.toThrow(CommandFailed);
    await expect(failing).rejects.toThrow(/^sh -c [\s\S]*exited with 3[\s\S]*\| line 50\n {2}\| why$/);
    await expect(failing).rejects.not.toThrow(/line 30\n/);
  });

  it('fails when the command is not there', async () => {
    await expect(run('no-such-command', [])).rejects.toThrow('no-such-command');
  });
});

describe('withLock', () => {
  it('lets one task run at a time and wakes the next', async () => {
    const events: string[] = [];
    const name = `test-${process.pid}-${Math.random()}`;
    const task = (id: string) =>
      withLock(name, async () => {
        events.push(`${id} in`);
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`${id} out`);
      });
    await Promise.all([task('a'), task('b'), task('c')]);
    const ins = events.filter((_, index) => index % 2 === 0).map((event) => event.replace(' in', ''));
    expect(events).toEqual(ins.flatMap((id) => [`${id} in`, `${id} out`]));
    expect(ins.sort()).toEqual(['a', 'b', 'c']);
  });

  it('frees the lock of a task that fails', async () => {
    const name = `test-${process.pid}-${Math.random()}`;
    await expect(withLock(name, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(name, async () => 'next')).toBe('next');
  });
});
