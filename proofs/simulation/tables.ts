import type { RelationalStore } from '../../packages/service-kit/src/store/relational-store.ts';
import type { ParticipantName } from './participant.ts';

/** Tables of each participant; they outlive its processes. */
export type AllTables = Readonly<Record<ParticipantName, RelationalStore>>;
