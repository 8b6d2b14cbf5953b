-- Begin the state if there is none: KEYS state, revoked; ARGV identity, now. Returns its identity, and who is revoked.
redis.call('HSETNX', KEYS[1], 'identity', ARGV[1])
redis.call('HSETNX', KEYS[1], 'birth', ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[2])
return {redis.call('HGET', KEYS[1], 'identity'), redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')}
