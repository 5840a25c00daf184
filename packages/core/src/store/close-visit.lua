-- Gives a lane back. What was recorded before this step is counted here; what comes after finds no lease and rings itself.
-- KEYS[1] lease  [2..4] outboxes   ARGV[1] token
-- Returns how many changes wait in the outboxes, or -1 when the lease was lost.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('DEL', KEYS[1])
return redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4])
