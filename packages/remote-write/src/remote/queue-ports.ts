import type { Log } from '@limpet/model';
import type { RemoteWritePorts, ShardKey } from '../ports.ts';
import type { RemoteQueue } from './remote-queue.ts';

/** The ports over the queues of one process part; a queue that has gone is ignored. */
export function queuePorts(queues: ReadonlyMap<string, RemoteQueue>, log: Log): RemoteWritePorts {
  const sender = ({ remote, shard }: ShardKey) => queues.get(remote)?.sender(shard);
  return {
    attachRemote: (remote, tell) => queues.get(remote)?.attach(tell),
    openQueue: (remote) => queues.get(remote)?.open(),
    startShards: (remote, count) => queues.get(remote)?.startShards(count),
    pauseFeed: (remote) => queues.get(remote)?.pauseFeed(),
    drainLog: (remote) => queues.get(remote)?.drainLog(),
    evaluate: (remote, shards) => queues.get(remote)?.evaluate(shards),
    release: (remote) => queues.get(remote)?.release(),
    attachShard: ({ remote, shard }, tell) => queues.get(remote)?.attachShard(shard, tell),
    hasFullBatch: ({ remote, shard }) => queues.get(remote)?.hasFullBatch(shard) ?? false,
    hasItems: (key) => (sender(key)?.ring.count ?? 0) > 0,
    startSend: ({ remote, shard }) => queues.get(remote)?.startSend(shard),
    timeOutSend: (key) => sender(key)?.timeOut(),
    cancelSend: (key) => sender(key)?.cancel(),
    noteBackoff: ({ remote, shard }, sleepMs) => queues.get(remote)?.noteBackoff(shard, sleepMs),
    keepsUnsent: ({ remote }) => queues.get(remote)?.isDurable ?? false,
    detachShard: ({ remote, shard }) => queues.get(remote)?.detachShard(shard),
    shardCrashed: ({ remote, shard }) => {
      log.error('a shard broke and will start again', { code: 'LIMPET_REMOTE_WRITE_SHARD', remote, shard });
      queues.get(remote)?.detachShard(shard);
    },
  };
}
