import type { StoreServer } from './server.ts';

const controllerPort = 9093;
// Any 16 bytes in base64url; a cluster id only has to stay what it was when the disk was formatted.
const clusterId = 'ZWNvbW1lcmNlc3RhY2swMQ';

/**
 * Kafka as broker and controller in one process. Clients are told the name of the Service, so that every connection
 * passes the mesh; the controller is reached inside the pod only.
 */
export function kafkaServer(broker: {
  host: string;
  port: number;
  dataPath: string;
  heap: string;
  partitions: number;
  retentionMs: number;
}): StoreServer {
  const settings: Record<string, string> = {
    CLUSTER_ID: clusterId,
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: `PLAINTEXT://:${broker.port},CONTROLLER://127.0.0.1:${controllerPort}`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${broker.host}:${broker.port}`,
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@127.0.0.1:${controllerPort}`,
    KAFKA_LOG_DIRS: broker.dataPath,
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'true',
    KAFKA_NUM_PARTITIONS: String(broker.partitions),
    KAFKA_LOG_RETENTION_MS: String(broker.retentionMs),
    KAFKA_HEAP_OPTS: `-Xms${broker.heap} -Xmx${broker.heap}`,
  };
  return {
    env: Object.entries(settings).map(([name, value]) => ({ name, value })),
    scratch: ['/tmp', '/opt/kafka/config', '/opt/kafka/logs'],
    readOnlyRoot: true,
    passwords: [],
  };
}
