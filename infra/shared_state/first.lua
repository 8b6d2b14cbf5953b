-- Remember a nonce: KEYS state, nonce; ARGV when its context was issued, seconds. Returns 1 if it is new, else 0.
-- Whatever was issued before the state began, or in the same second, may have been seen by a state that was lost.
local birth = redis.call('HGET', KEYS[1], 'birth')
if not birth or tonumber(ARGV[1]) <= tonumber(birth) then return 0 end
if redis.call('SET', KEYS[2], '', 'NX', 'EX', ARGV[2]) then return 1 end
return 0
