import { describe, expect, it } from 'vitest';
import { NoProvider, type Provider, pickProvider } from '../provider.ts';
import { cannotRunNode, missingCommands } from '../providers/requirements.ts';
import type { ProviderName } from '../state.ts';

const provider = (name: ProviderName, lack?: string): Provider => ({
  name,
  unavailable: async () => lack,
  up: async () => ({ kubeconfig: '', auditLog: '', url: '', notes: [] }),
  loadImages: async () => undefined,
  down: async () => undefined,
});

describe('pickProvider', () => {
  it.each([
    { lacks: {}, wanted: undefined, picked: 'kind' },
    { lacks: { kind: 'no engine' }, wanted: undefined, picked: 'local' },
    { lacks: { kind: 'no engine' }, wanted: '', picked: 'local' },
    { lacks: {}, wanted: 'existing', picked: 'existing' },
    { lacks: {}, wanted: 'local', picked: 'local' },
  ])('picks $picked when $wanted is wanted and $lacks is lacking', async ({ lacks, wanted, picked }) => {
    const lack: Partial<Record<ProviderName, string>> = lacks;
    const all = (['existing', 'kind', 'local'] as const).map((name) => provider(name, lack[name]));
    expect((await pickProvider(all, wanted)).name).toBe(picked);
  });

  it('never takes somebody’s cluster unasked', async () => {
    const all = [provider('existing'), provider('kind', 'no engine'), provider('local', 'it needs Linux')];
    await expect(pickProvider(all, undefined)).rejects.toThrow(NoProvider);
  });

  it('says what each lacks and what works all the same', async () => {
    const all = [provider('kind', 'no engine'), provider('local', 'it needs root')];
    await expect(pickProvider(all, undefined)).rejects.toThrow(
      /kind: no engine\n {2}local: it needs root\n[\s\S]*CLUSTER=existing KUBECONFIG=[\s\S]*render/,
    );
  });

  it.each([
    { wanted: 'minikube', message: 'existing, kind and local are the choices' },
    { wanted: 'kind', message: 'CLUSTER=kind does not work here: no engine' },
  ])('refuses CLUSTER=$wanted', async ({ wanted, message }) => {
    await expect(pickProvider([provider('kind', 'no engine')], wanted)).rejects.toThrow(message);
  });
});

describe('requirements', () => {
  it('names the commands that PATH lacks', () => {
    expect(missingCommands(['sh', 'no-such-command'], '/bin:/usr/bin')).toEqual(['no-such-command']);
    expect(missingCommands(['sh'], '')).toEqual(['sh']);
  });

  it.each([
    { platform: 'darwin' as const, uid: 0, lack: 'it needs Linux and this is darwin' },
    { platform: 'linux' as const, uid: 1000, lack: 'it needs root' },
  ])('a node on $platform as user $uid', ({ platform, uid, lack }) => {
    expect(cannotRunNode(platform, uid)).toContain(lack);
  });
});
