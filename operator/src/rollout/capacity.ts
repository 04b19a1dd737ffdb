/** Pods that a canary needs to carry `weight` percent beside a stable revision of `replicas` pods. */
export function canaryReplicas(replicas: number, weight: number): number {
  const whole = Math.max(1, replicas);
  if (weight >= 50) return whole;
  return Math.max(1, Math.ceil((whole * weight) / (100 - weight)));
}

/**
 * The largest percent that the ready canary pods may get: their share of all ready pods, and everything once the
 * canary alone has as many ready pods as the service needs or the stable revision has none.
 */
export function weightLimit(canaryReady: number, stableReady: number, replicas: number): number {
  if (canaryReady <= 0) return 0;
  if (stableReady <= 0 || canaryReady >= Math.max(1, replicas)) return 100;
  return Math.floor((100 * canaryReady) / (canaryReady + stableReady));
}
