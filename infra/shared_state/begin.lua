-- Begin the state if there is none, or if another server holds it, which may lack the last that this one's predecessor
-- was told: KEYS state, revoked; ARGV identity, now, the server; with no identity, only look. Returns its identity, false
-- without a state, and who is revoked.
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'server') ~= ARGV[3] then
  redis.call('HSET', KEYS[1], 'identity', ARGV[1], 'birth', ARGV[2], 'server', ARGV[3])
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[2])
return {redis.call('HGET', KEYS[1], 'identity'), redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')}
