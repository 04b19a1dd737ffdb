export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './controlplane.ts';
export { type HostInventory, hostInventory } from './inventory.ts';
export { type ClusterState, currentCluster, type ProviderName, stateDir } from './state.ts';
