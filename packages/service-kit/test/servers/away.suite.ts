import { expect, onTestFinished, test, vi } from 'vitest';
import { aDoorTo } from './door.ts';

type Pinged = { readonly ping: () => Promise<void>; readonly close: () => Promise<void> };

// Clients wait a while before they look for a server again; nothing here waits longer than that.
const patience = { timeout: 30_000, interval: 100 };

/** What every adapter does when its server is away, comes late, goes and comes back. */
export function awaySuite(server: URL, create: (address: string) => Pinged): void {
  const at = (port: number): string => {
    const url = new URL(server.href);
    url.port = String(port);
    return url.href;
  };
  const open = (port: number): Pinged => {
    const store = create(at(port));
    onTestFinished(() => store.close());
    return store;
  };

  test('a server that is away fails the ping, and does not hang it', async () => {
    await expect(open(1).ping()).rejects.toThrow();
  });

  test('a server that comes late is found', async () => {
    const door = await aDoorTo(Number(server.port));
    const store = open(door.port);
    await expect(store.ping()).rejects.toThrow();
    await expect(store.ping()).rejects.toThrow();
    await door.open();
    await vi.waitFor(() => store.ping(), patience);
  });

  test('a server that goes is missed, and found again when it is back', async () => {
    const door = await aDoorTo(Number(server.port));
    await door.open();
    const store = open(door.port);
    await store.ping();
    await door.shut();
    await vi.waitFor(() => expect(store.ping()).rejects.toThrow(), patience);
    await door.open();
    await vi.waitFor(() => store.ping(), patience);
  });

  test('a server that is gone without a word is missed, and found again', { timeout: 60_000 }, async () => {
    const door = await aDoorTo(Number(server.port));
    await door.open();
    const store = open(door.port);
    await store.ping();
    door.fallSilent();
    await vi.waitFor(() => expect(store.ping()).rejects.toThrow(), patience);
    door.speak();
    await vi.waitFor(() => store.ping(), patience);
  });

  test('a first connection that nobody answers is tried anew', { timeout: 60_000 }, async () => {
    const door = await aDoorTo(Number(server.port));
    await door.open();
    door.fallSilent();
    const store = open(door.port);
    await vi.waitFor(() => expect(store.ping()).rejects.toThrow(), patience);
    door.speak();
    await vi.waitFor(() => store.ping(), patience);
  });
}
