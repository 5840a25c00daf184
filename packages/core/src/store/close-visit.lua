-- Gives a lane back. What was recorded before this step is counted here; what comes after finds no lease and rings itself.
-- KEYS[1] lease  [2] lane  [3..5] outboxes   ARGV[1] token  [2] 1 when no job is left in anybody's hand
-- Returns how many changes wait in the outboxes, or -1 when the lease was lost.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('DEL', KEYS[1])
if ARGV[2] == '1' then redis.call('HDEL', KEYS[2], 'visiting') end
return redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4]) + redis.call('ZCARD', KEYS[5])
