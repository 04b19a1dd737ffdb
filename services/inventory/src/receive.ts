import { type Effect, ok, type Result } from '@ecommercestack/service-kit';
import type { Stock } from './domain/stock.ts';
import { warehouse } from './domain/warehouse.ts';
import type { InventoryRefusal } from './refusals.ts';
import { toWarehouse, type WarehouseStreams } from './warehouse-streams.ts';

/** Goods that were taken in and wait to be committed. */
export type Received = { readonly stock: Stock; readonly effect: Effect };

/** Takes goods in. */
export async function receiveStock(
  sku: string,
  quantity: number,
  streams: WarehouseStreams,
): Promise<Result<Received, InventoryRefusal>> {
  const held = await streams.load(undefined, [sku]);
  const before = toWarehouse(held);
  const decided = warehouse.decide({ type: 'ReceiveStock', data: { sku, quantity } }, before);
  if (!decided.ok) return decided;
  const stock = decided.value.reduce(warehouse.evolve, before).stock[sku];
  if (stock === undefined) throw new Error('stock came and is not there');
  return ok({ stock, effect: streams.append(held, decided.value) });
}
