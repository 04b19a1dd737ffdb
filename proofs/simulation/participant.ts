import type { ServiceName } from '../../packages/contracts/src/topology.ts';
import type { EventBus } from '../../packages/service-kit/src/bus/event-bus.ts';
import type { Ids } from '../../packages/service-kit/src/domain/ids.ts';
import { startFollowing, subscribe } from '../../packages/service-kit/src/handling.ts';
import type { Service } from '../../packages/service-kit/src/service.ts';
import type { RelationalStore } from '../../packages/service-kit/src/store/relational-store.ts';
import { toStores } from '../../packages/service-kit/src/store/stores.ts';
import { createMetrics } from '../../packages/service-kit/src/telemetry/metrics.ts';
import type { World } from '../../packages/service-kit/src/world.ts';
import { service as inventory } from '../../services/inventory/src/service.ts';
import { service as order } from '../../services/order/src/service.ts';
import { service as payment } from '../../services/payment/src/service.ts';
import { service as shipping } from '../../services/shipping/src/service.ts';

export const participants = { order, inventory, payment, shipping } as const satisfies Partial<
  Record<ServiceName, Service>
>;

export type ParticipantName = keyof typeof participants;

/** What a life of a participant is given. */
export type Surroundings = {
  readonly tables: RelationalStore;
  readonly bus: EventBus;
  readonly mode: string;
  /** How long a reservation may be held, in seconds. */
  readonly deadlineS: number;
  readonly world: Pick<World, 'clock' | 'pause' | 'log'> & { readonly ids: Ids };
};

const nobody = 'http://127.0.0.1:1';
// Nobody scrapes it; the simulated processes share one.
const metrics = createMetrics('simulation');

/** Starts a participant as the kit does, on the given store and bus: its relay, reactions, timers and handlers. */
export async function startParticipant(
  name: ParticipantName,
  { tables, bus, mode, deadlineS, world }: Surroundings,
): Promise<void> {
  const service: Service = participants[name];
  const stores = { postgres: tables, kafka: bus };
  const whole: World = { ...world, metrics, memoryBus: async () => bus };
  const configured = service.configure({
    DATABASE_URL: 'memory:',
    KAFKA_BROKERS: 'memory:',
    PRODUCT_URL: nobody,
    CART_URL: nobody,
    ORDER_SAGA: mode,
    RESERVATION_SECONDS: String(deadlineS),
  });
  const open = await configured.open({ ...whole, stores: toStores(service.row, stores) });
  startFollowing(service, open, stores, whole);
  await subscribe(service, open, stores, whole);
}
