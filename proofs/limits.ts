import { at } from './kube/object.ts';
import { waitFor } from './kube/wait.ts';
import { stackReference } from './stack.ts';
import type { Target } from './target.ts';

// The most that the stack's schema takes.
const unlimited = 10_000_000;

/**
 * Lifts the gateway's limits for a load that comes from one address, and resolves once the running pods follow; the
 * returned function puts the old ones back, once.
 */
export async function liftLimits({ kube, stack }: Target, url: URL): Promise<() => Promise<void>> {
  const reference = stackReference(stack);
  const before = at(await kube.get(reference), 'spec', 'apiGateway', 'rateLimits');
  const lifted = {
    perMinute: unlimited,
    routes: ['/users', '/products', '/orders'].map((path) => ({ path, perMinute: unlimited })),
  };
  await kube.merge(reference, { spec: { apiGateway: { rateLimits: lifted } } });
  let restored = false;
  const restore = async () => {
    if (restored) return;
    restored = true;
    await kube.merge(reference, { spec: { apiGateway: { rateLimits: before ?? null } } });
  };
  try {
    // The kubelet brings a changed ConfigMap to the pods within a minute or two.
    await waitFor(
      'the gateway to follow its limits',
      async () => ((await isLifted(url)) ? true : undefined),
      240_000,
    );
  } catch (error) {
    await restore();
    throw error;
  }
  return restore;
}

// Each pod answers for itself: ten in a row are taken for all.
async function isLifted(url: URL): Promise<boolean> {
  for (let turn = 0; turn < 10; turn += 1) {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    await answer.arrayBuffer();
    const policy = answer.headers.get('ratelimit-policy') ?? '';
    if (!policy.includes(`"caller";q=${unlimited}`)) return false;
  }
  return true;
}
