/** The part of a measured process that both sides share: the order channel, the counting and the figures. */

/** One informer under measurement. */
export type Side = {
  /** Resolves when the cache is complete; tells every later update. */
  start(server: string, onUpdate: (metadata: Named) => void): Promise<void>;
  /** Key and version of all that the cache holds. */
  versions(): Iterable<readonly [string, string]>;
};

type Named = { readonly namespace?: string; readonly name?: string };

/** What the bench tells a measured process. */
export type ClientOrder =
  | { readonly order: 'start'; readonly server: string }
  | { readonly order: 'expect'; readonly updates: number }
  | { readonly order: 'heap' }
  | { readonly order: 'cache' };

/** What a measured process answers. */
export type ClientReport = {
  readonly bytes?: number;
  readonly cpuMicroseconds?: number;
  readonly cache?: readonly (readonly [string, string])[];
};

/** Obeys the bench until it hangs up. */
export function serve(side: Side): void {
  const report = (answer: ClientReport) => process.send?.(answer);
  let wanted = 0;
  let seen = 0;
  const queued = new Set<string>();
  let began = process.cpuUsage();
  const onUpdate = ({ namespace, name }: Named) => {
    // What every controller does with an event: it queues a key.
    queued.add(`${namespace}/${name}`);
    seen += 1;
    if (seen !== wanted) return;
    queued.clear();
    const { user, system } = process.cpuUsage(began);
    report({ cpuMicroseconds: user + system });
  };
  process.on('message', (message) => {
    // Only the bench has the other end of this channel.
    const order = message as ClientOrder;
    if (order.order === 'start') void side.start(order.server, onUpdate).then(() => report({}));
    else if (order.order === 'heap') void bytesInUse().then((bytes) => report({ bytes }));
    else if (order.order === 'cache') report({ cache: [...side.versions()] });
    else {
      [wanted, seen, began] = [order.updates, 0, process.cpuUsage()];
      report({});
    }
  });
  process.on('disconnect', () => process.exit(0));
}

/** Heap and what the heap holds outside of itself, after full collections. */
async function bytesInUse(): Promise<number> {
  // What lies outside is given back only after the collection that found it unused.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
