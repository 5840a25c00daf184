-- Forgets which request asked for a member's work, unless a newer one did meanwhile.
-- KEYS[1] traces
-- ARGV[1] field of the member  [2] the traceparent that was read
-- Returns 1 if forgotten, 0 if left alone.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
