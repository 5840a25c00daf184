-- Counts an attempt to log in, unless too many have failed.
-- KEYS[1] the count, with expiry
-- ARGV[1] limit  [2] how long attempts are counted together, and the lock holds (ms)
-- Returns ms to wait, 0 where the attempt was counted
local limit, lock = tonumber(ARGV[1]), tonumber(ARGV[2])
local made = tonumber(redis.call('GET', KEYS[1]) or '0')
if made >= limit then return math.max(1, redis.call('PTTL', KEYS[1])) end
made = redis.call('INCR', KEYS[1])
if made == 1 or made == limit then redis.call('PEXPIRE', KEYS[1], lock) end
return 0
