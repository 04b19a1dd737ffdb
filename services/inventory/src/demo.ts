import { demoSkus } from '@ecommercestack/contracts/demo';
import type { EventStore } from '@ecommercestack/service-kit';
import { receiveStock } from './receive.ts';
import { toWarehouse, type WarehouseStreams } from './warehouse-streams.ts';

const quantity = 100;

/** Takes in demo products that never came, and answers how many. Replicas that do it together do it once. */
export async function seedDemo(store: EventStore, streams: WarehouseStreams): Promise<number> {
  let added = 0;
  for (const sku of demoSkus) {
    const { stock } = toWarehouse(await streams.load(undefined, [sku]));
    const received = stock[sku]?.received === 0 ? await receiveStock(sku, quantity, streams) : undefined;
    if (received?.ok !== true) continue;
    const { outcome } = await store.commit(received.value.effect);
    if (outcome === 'committed') added += 1;
  }
  return added;
}
