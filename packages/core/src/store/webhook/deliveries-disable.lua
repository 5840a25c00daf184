-- Disables an endpoint if no delivery has succeeded for too long, even if none is tried there any more.
-- KEYS[1] health
-- ARGV[1] now (ms)  [2] after how long without a success (ms)
-- Returns 1 if this disabled it.
local since = redis.call('HGET', KEYS[1], 'failingSince')
if not since or tonumber(ARGV[1]) - tonumber(since) < tonumber(ARGV[2]) then return 0 end
return redis.call('HSETNX', KEYS[1], 'disabledAt', ARGV[1])
