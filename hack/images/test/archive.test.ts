import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageConfiguration, writeArchive } from '../archive.ts';

describe('imageConfiguration', () => {
  it('has PATH, the layers and only what was said', () => {
    expect(imageConfiguration({ user: '999:999', cmd: ['x'], ports: [80] }, ['aa'])).toMatchObject({
      os: 'linux',
      config: {
        User: '999:999',
        Cmd: ['x'],
        ExposedPorts: { '80/tcp': {} },
        Env: [expect.stringMatching(/^PATH=.*\/usr\/bin/)],
      },
      rootfs: { type: 'layers', diff_ids: ['sha256:aa'] },
    });
    expect(Object.keys((imageConfiguration({}, []) as { config: object }).config)).toEqual(['Env']);
  });

  it('lets a recipe set PATH', () => {
    const { config } = imageConfiguration({ env: { PATH: '/x', A: 'b' } }, []) as {
      config: { Env: string[] };
    };
    expect(config.Env).toEqual(['PATH=/x', 'A=b']);
  });
});

describe('writeArchive', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'archive-'));
    mkdirSync(join(folder, 'layer'));
    writeFileSync(join(folder, 'layer', 'file'), 'content');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = async (name: string) => {
    const output = join(folder, name);
    const layers = [join(folder, 'layer')];
    await writeArchive(output, { tags: ['a/b:c', 'd:e'], config: { user: '1:1' }, layers });
    const text = execFileSync('tar', ['-xOf', output, 'manifest.json'], { encoding: 'utf8' });
    return JSON.parse(text) as { RepoTags: string[]; Layers: string[]; Config: string }[];
  };

  it('carries every tag, one configuration and the layer, and leaves no scrap behind', async () => {
    const [image] = await write('out.tar');
    expect(image?.RepoTags).toEqual(['a/b:c', 'd:e']);
    const entries = execFileSync('tar', ['-tf', join(folder, 'out.tar')], { encoding: 'utf8' });
    expect(entries.trim().split('\n')).toEqual(['manifest.json', image?.Config, ...(image?.Layers ?? [])]);
    expect(readdirSync(folder).sort()).toEqual(['layer', 'out.tar']);
  });

  it('gives the same layers and configuration for the same files, whenever they were written', async () => {
    const first = await write('one.tar');
    utimesSync(join(folder, 'layer', 'file'), 1, 1);
    expect(await write('two.tar')).toEqual(first);
  });

  it('gives other layers for other files', async () => {
    const first = await write('one.tar');
    writeFileSync(join(folder, 'layer', 'file'), 'other');
    expect(await write('two.tar')).not.toEqual(first);
  });

  it('leaves no archive when a layer cannot be read', async () => {
    rmSync(join(folder, 'layer'), { recursive: true });
    await expect(write('out.tar')).rejects.toThrow(/layer/);
    expect(existsSync(join(folder, 'out.tar'))).toBe(false);
  });
});
